"""Speed, memory and start-up of extraction, beside spaCy's default tok2vec and ner pipeline on the same texts.

    python benchmarks/extract.py ../shared/corpus/dev.jsonl

One process, one thread each; medians of five runs that alternate. The baseline is `spacy init config --lang en
--pipeline ner --optimize efficiency`, untrained: its speed does not depend on what it learned.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import spacy  # noqa: E402  the threads are limited before it is loaded
from spacy.cli.init_config import init_config  # noqa: E402

import kg.read  # noqa: E402
from kg.extract import extract  # noqa: E402
from kg.records import EntityType, Paper  # noqa: E402

RUNS = 5


def baseline() -> spacy.Language:
    """spaCy's efficiency pipeline with our seven labels."""
    config = init_config(lang="en", pipeline=["ner"], optimize="efficiency")
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    for kind in EntityType:
        nlp.get_pipe("ner").add_label(kind.value)  # type: ignore[attr-defined]
    nlp.initialize()
    return nlp


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def started(command: list[str]) -> float:
    """The median time of a command from start to end, in seconds."""
    return statistics.median(
        seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)) for _ in range(RUNS)
    )


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="papers as JSON Lines, or a saved page")
    papers: list[Paper] = list(kg.read.open(parser.parse_args().corpus))
    texts = [paper.text for paper in papers]
    list(extract(papers[:10]))
    nlp = baseline()
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(len(papers) / seconds(lambda: list(extract(papers))))
        theirs.append(len(papers) / seconds(lambda: list(nlp.pipe(texts))))
    ours_median, theirs_median = statistics.median(ours), statistics.median(theirs)
    with tempfile.TemporaryDirectory() as scratch:
        one = Path(scratch) / "one.jsonl"
        one.write_text(papers[0].model_dump_json(include={"id", "title", "abstract"}) + "\n", encoding="utf8")
        command = started([str(Path(sys.executable).parent / "kg"), "extract", str(one)])
    imports = started([sys.executable, "-c", "import spacy"])
    print(f"{len(papers)} papers, {sum(map(len, texts)) / len(texts):.0f} characters each, medians of {RUNS}")
    print(f"{'':34}{'kg':>10}{'spaCy':>10}{'ratio':>8}")
    print(f"{'papers a second':34}{ours_median:10.1f}{theirs_median:10.1f}{ours_median / theirs_median:8.2f}")
    print(f"{'start-up on one paper / import, s':34}{command:10.2f}{imports:10.2f}{command / imports:8.2f}")
    print(f"{'memory of one worker, MB':34}{worker_memory(papers) / 1024:10.0f}")


def worker_memory(papers: list[Paper]) -> int:
    """The peak memory of a process that extracts these papers and does nothing else, in KiB (Linux)."""
    code = (
        "import sys; from pathlib import Path; from kg.extract import extract; from kg.records import Paper;"
        "papers = [Paper.model_validate_json(line) for line in sys.stdin]; sum(1 for _ in extract(papers));"
        "status = Path('/proc/self/status').read_text().split(); print(status[status.index('VmHWM:') + 1])"
    )
    lines = "\n".join(paper.model_dump_json() for paper in papers)
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, text=True, check=True)
    return int(done.stdout)


if __name__ == "__main__":
    main()
