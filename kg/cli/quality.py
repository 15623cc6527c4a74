"""Commands for those who look after extraction and the catalogue."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.console import print_report, print_table, progress_bars, results, say

TrainingOption = Annotated[
    Path,
    typer.Option(
        help="A directory with invented papers (corpus.jsonl, gold.jsonl) and annotations of abstracts (arxiv.jsonl)."
    ),
]
TRAINING = Path("training")
ExternalOption = Annotated[
    Path | None,
    typer.Option(help="Texts of other annotation schemes: a directory with scirex/ and tdmsci/ as published."),
]
AbstractsOption = Annotated[
    Path | None,
    typer.Option(help="arXiv's metadata, JSON Lines, with the abstracts that arxiv.jsonl of --training annotates."),
]


def check(
    directory: Annotated[
        Path | None, typer.Argument(help="The directory of its .ttl files; the one that ships unless given.")
    ] = None,
) -> None:
    """Check a catalogue for shared labels, dangling parents and figures without a source; exit code 1 if there are any.

    Examples:

      kg catalog check

      kg catalog check ontology/catalog
    """
    from kg.catalog_check import check as run
    from kg.resources import resource

    place = directory or resource("ontology") / "catalog"
    findings = run(place)
    for finding in findings:
        results.print(f"{finding.file}: <{finding.entry}>: {finding.problem}")
    say(f"{place}: {len(findings)} findings" if findings else f"{place}: nothing to correct")
    if findings:
        raise typer.Exit(1)


def evaluate(
    gold: Annotated[Path, typer.Argument(help="Annotated records, JSON Lines.")],
    corpus: Annotated[Path, typer.Option(help="The papers of the annotations, JSON Lines.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
    worst: Annotated[int, typer.Option(help="How many of the worst papers to show, their errors marked.", min=0)] = 3,
    folds: Annotated[
        int | None,
        typer.Option(
            "--cross-validate",
            help="Train anew on all but one of so many folds, and score the fold left out; takes minutes a fold.",
            min=2,
        ),
    ] = None,
    training: TrainingOption = TRAINING,
    external: ExternalOption = None,
    abstracts: AbstractsOption = None,
) -> None:
    """Score extraction against annotated papers, with confusions, the worst papers and the reliability of scores.

    Cross-validation needs pip install 'paper-kg[train]'.

    Examples:

      kg evaluate examples/expected.jsonl --corpus examples/corpus.jsonl

      kg evaluate gold.jsonl --corpus papers.jsonl --cross-validate 5
    """
    import json
    from dataclasses import asdict

    from kg.evaluate import predictions, score

    if folds is None:
        pairs = list(predictions(gold, corpus))
    else:
        with progress_bars() as progress:
            from kg.train import Texts, cross_validate

            pairs = cross_validate(gold, corpus, Texts(training, external, abstracts), folds, progress)
    scores = score(pairs)
    if as_json:
        sys.stdout.write(json.dumps({what: asdict(score) for what, score in scores.items()}) + "\n")
        return
    rows = tuple(
        (what, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", str(s.gold), str(s.predicted))
        for what, s in scores.items()
    )
    print_table(("", "precision", "recall", "F1", "gold", "predicted"), rows, None)
    print_report(pairs, worst)


def train(
    gold: Annotated[Path, typer.Argument(help="Annotated records, JSON Lines.")],
    corpus: Annotated[Path, typer.Option(help="The papers of the annotations, JSON Lines.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The directory for the weights.")],
    training: TrainingOption = TRAINING,
    external: ExternalOption = None,
    abstracts: AbstractsOption = None,
    folds: Annotated[int, typer.Option(help="Folds held out in turn, to calibrate scores.", min=2)] = 5,
) -> None:
    """Train the recogniser; needs pip install 'paper-kg[train]', and five hours or so on a laptop.

    It learns from other annotation schemes, from invented papers, from abstracts of arXiv, makes the network smaller,
    and goes on with the annotated papers. The weights are used when they stand in the package's own directory,
    kg/extract/weights.

    Example:

      kg train gold.jsonl --corpus papers.jsonl -o kg/extract/weights
    """
    from kg.evaluate import score
    from kg.train import Texts
    from kg.train import train as run

    with progress_bars() as progress:
        pairs = run(gold, corpus, Texts(training, external, abstracts), folds, output, progress)
    rows = tuple((what, f"{s.f1:.3f}", str(s.gold)) for what, s in score(pairs).items())
    print_table(("", "F1", "gold"), rows, f"Scores on {folds} folds that were held out")
    say(f"{output}: weights written")
