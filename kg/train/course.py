"""The course of training: other schemes, invented papers, abstracts, a smaller network, annotated papers in folds."""

from __future__ import annotations

import copy
import random
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch

import kg.read
from kg.catalog import known
from kg.evaluate import annotated
from kg.extract import extract
from kg.extract.context import ContextModel
from kg.extract.heads import Floats
from kg.extract.network import load_tokenizer
from kg.extract.tags import TAGS
from kg.records import Extraction, KgError, Paper
from kg.train.abstracts import placed_records, unannotated
from kg.train.calibrate import uncalibrated
from kg.train.context import context_model
from kg.train.examples import Example, example, shown_as_known, tagged_example
from kg.train.export import export
from kg.train.fit import MAIN, UNTAGGED, Schedule, Trainee, fit
from kg.train.network import FULL, Shape, load_base
from kg.train.others import SCHEMES, scirex, tdmsci
from kg.train.prune import pruned
from kg.train.stack import stacked
from kg.train.usual import usual_roles

_LAYERS = (FULL, FULL, FULL)
_SMALL = (Shape(6, 512), Shape(8, 768), Shape(8, 768))
"""What ships: layers that read in six tenths of the time."""
_WEIGHED = 600
"""Examples by which it is judged which parts of the layers matter."""
_OTHERS = Schedule(epochs=2, batch=6)
_INVENTED = Schedule(epochs=3)
_ABSTRACTS = Schedule(epochs=8, rate=4e-4, batch=8)
_DISTILLED = Schedule(epochs=3, rate=3e-4, batch=8)
_ANNOTATED = Schedule(epochs=3, rate=4e-5)
_RELEARNED = Schedule(epochs=8, batch=8)
_KEPT = "tdmsci"
"""The scheme that is learned to the end: the nearest to ours, whose tags ``benchmarks/tdmsci.py`` measures."""
RUNS = 3
"""How many runs the network that ships is the mean of; folds that are held out have one, so it errs a little less."""
_JUDGED = 6
"""One abstract in so many is kept for the trees."""
_KNOWN_INVENTED, _KNOWN_REAL = 0.3, 0.2
"""The shares of introduced names that the examples of invented papers and of new abstracts show as known."""

T = TypeVar("T")
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Course:
    """What is learned from, and the tokenizer and base weights in ``base`` (a BERT in Hugging Face's layout)."""

    base: Path
    others: Sequence[tuple[str, Example]]
    invented: Sequence[Example]
    abstracts: Sequence[Example] = ()
    """Annotated abstracts of other papers than those that ``finish`` is for."""
    unannotated: Sequence[Example] = ()
    """Abstracts that the whole network reads to the smaller one."""
    judged: Sequence[tuple[Paper, Extraction]] = ()
    """Annotated abstracts that the network does not learn from, so that they tell how far to trust it."""
    annotated: Sequence[tuple[Paper, Extraction]] = ()
    """All annotated abstracts, from which contexts are learned."""
    seed: int = 0

    def examples(self, papers: Sequence[tuple[Paper, Extraction]]) -> list[Example]:
        """Annotated papers as examples."""
        tokenizer = load_tokenizer(self.base)
        return [example(paper, record, tokenizer) for paper, record in papers]

    def start(self, progress: Progress) -> Trainee:
        """The network after the texts that are not ours, the invented papers, and the other abstracts, made smaller."""
        torch.manual_seed(self.seed)
        trainee = Trainee(_LAYERS, {MAIN: TAGS, **{name: 1 + 4 * len(kinds) for name, kinds in SCHEMES.items()}})
        load_base(trainee.encoder, self.base / "model.safetensors")
        if self.others:
            fit(trainee, self.others, _OTHERS, self.seed, lambda step, steps, _: progress("other schemes", step, steps))
        if self.invented:
            papers = [(MAIN, example) for example in self.invented]
            fit(trainee, papers, _INVENTED, self.seed, lambda step, steps, _: progress("invented papers", step, steps))
        if self.abstracts:
            data = self._mixed(self.abstracts, self.invented, len(self.abstracts) // 10, random.Random(self.seed))
            fit(trainee, data, _ABSTRACTS, self.seed, lambda step, steps, _: progress("abstracts", step, steps))
        return self._smaller(trainee, progress)

    def stack(self, started: Trainee, progress: Progress) -> dict[str, Floats]:
        """The trees that weigh what the network says; none without abstracts that it has not learned from."""
        if not self.judged:
            return {}
        with tempfile.TemporaryDirectory() as scratch:
            weights = Path(scratch, "weights")
            export(started, self.base / "tokenizer.json", uncalibrated(), weights)
            trees = stacked(self.judged, weights)
        progress("trees", len(self.judged), len(self.judged))
        return trees

    def contexts(self, started: Trainee, trees: dict[str, Floats], progress: Progress) -> list[ContextModel]:
        """What contexts tell of the roles of all that the network finds in annotated abstracts, and what names do."""
        if not self.annotated:
            return []
        with tempfile.TemporaryDirectory() as scratch:
            weights = Path(scratch, "weights")
            export(started, self.base / "tokenizer.json", uncalibrated() | trees, weights)
            found = extract((paper for paper, _ in self.annotated), weights=weights)
            pairs = ((record, prediction) for (_, record), prediction in zip(self.annotated, found, strict=True))
            model = context_model(pairs, known())
        progress("contexts", len(self.annotated), len(self.annotated))
        return [model, usual_roles((record for _, record in self.annotated), known())]

    def _smaller(self, teacher: Trainee, progress: Progress) -> Trainee:
        """A network with fewer heads and inner neurons, which has learned to read as the teacher does."""
        chance = random.Random(self.seed)
        papers = [*self.abstracts, *self.invented]
        small = pruned(teacher, _some(papers, _WEIGHED, chance), _SMALL)
        data = [*((MAIN, example) for example in papers), *((UNTAGGED, example) for example in self.unannotated)]
        fit(small, data, _DISTILLED, self.seed, lambda step, steps, _: progress("distillation", step, steps), teacher)
        return small

    def finish(self, started: Trainee, papers: Sequence[Example], progress: Progress, runs: int = 1) -> Trainee:
        """The started network after annotated papers, the mean of the weights of so many runs.

        Each run sees as many other papers mixed in, of its own choice, in its own order; their mean errs less than one
        of them (Wortsman et al., Model soups, 2022).
        """
        trainees = [self._run(started, papers, self.seed + run, progress) for run in range(runs)]
        weights = [trainee.state_dict() for trainee in trainees]
        mean = trainees[0]
        mean.load_state_dict({name: torch.stack([own[name] for own in weights]).mean(0) for name in weights[0]})
        self._relearn(mean, progress)
        return mean

    def _run(self, started: Trainee, papers: Sequence[Example], seed: int, progress: Progress) -> Trainee:
        """A copy of a network, trained on; the scheme nearest to ours goes on too, so that its tags stay of use."""
        trainee = copy.deepcopy(started)
        data = self._mixed(papers, [*self.abstracts, *self.invented], len(papers), random.Random(seed))
        fit(trainee, data, _ANNOTATED, seed, lambda step, steps, _: progress("annotated papers", step, steps))
        return trainee

    def _relearn(self, trainee: Trainee, progress: Progress) -> None:
        """Fits the tags of the scheme nearest to ours to the finished network, and nothing else."""
        kept = [(name, example) for name, example in self.others if name == _KEPT]
        if not kept:
            return
        for name, parameter in trainee.named_parameters():
            parameter.requires_grad_(f".{_KEPT}." in name)
        fit(trainee, kept, _RELEARNED, self.seed, lambda step, steps, _: progress("tags of other schemes", step, steps))
        trainee.requires_grad_(True)

    def _mixed(
        self, papers: Sequence[Example], others: Sequence[Example], count: int, chance: random.Random
    ) -> list[tuple[str, Example]]:
        """Papers, so many others, and so many texts of the scheme nearest to ours."""
        kept = [example for name, example in self.others if name == _KEPT]
        data = [(MAIN, example) for example in (*papers, *_some(others, count, chance))]
        return data + [(_KEPT, example) for example in _some(kept, count, chance)]


def _some(items: Sequence[T], count: int, chance: random.Random) -> list[T]:
    return chance.sample(list(items), min(count, len(items)))


def prepare(
    base: Path,
    training: Path,
    external: Path | None,
    abstracts: Path | None,
    apart: Collection[Paper],
    progress: Progress,
) -> Course:
    """The course with invented papers, and with the texts of other schemes and of arXiv where they are given.

    The papers ``apart`` are those that the network is scored on.
    """
    tokenizer = load_tokenizer(base)
    real: list[Example] = []
    unread: list[Example] = []
    judged: list[tuple[Paper, Extraction]] = []
    everything: list[tuple[Paper, Extraction]] = []
    if abstracts is not None:
        papers = list(kg.read.open(abstracts))
        placed = list(placed_records(training / "arxiv.jsonl", papers))
        everything = list(placed)
        judged = placed[::_JUDGED]
        del placed[::_JUDGED]
        real = [
            shown_as_known(example(*pair, tokenizer), _KNOWN_REAL, random.Random(n)) for n, pair in enumerate(placed)
        ]
        others = _some(list(unannotated(training / "arxiv.jsonl", papers, apart)), len(real), random.Random(0))
        unread = [tagged_example(paper.text, (), tokenizer) for paper in others]
        progress("reading abstracts", len(real) + len(unread), len(real) + len(unread))
    schemes: list[tuple[str, Example]] = []
    if external is not None:
        for path in sorted(external.glob("scirex/*.jsonl")):
            schemes += [("scirex", one) for one in scirex(path, tokenizer)]
        for path in sorted(external.glob("tdmsci/conllFormat/train*.conll")):
            schemes += [("tdmsci", one) for one in tdmsci(path, tokenizer)]
        if not schemes:
            raise KgError(f"{external}: holds neither scirex/*.jsonl nor tdmsci/conllFormat/train*.conll")
        progress("reading other schemes", len(schemes), len(schemes))
    made_up = annotated(training / "gold.jsonl", training / "corpus.jsonl")
    invented = [
        shown_as_known(example(*pair, tokenizer), _KNOWN_INVENTED, random.Random(n)) for n, pair in enumerate(made_up)
    ]
    progress("reading invented papers", len(invented), len(invented))
    return Course(base, schemes, invented, real, unread, judged, everything)


def held_out(
    course: Course,
    started: Trainee,
    trees: dict[str, Floats],
    papers: Sequence[tuple[Paper, Extraction]],
    folds: int,
    progress: Progress,
) -> Iterator[tuple[Extraction, Extraction]]:
    """(annotated, predicted) records, each predicted by a network that has not seen the paper; scores as they come."""
    made = course.examples(papers)
    for fold in range(folds):
        seen = [one for n, one in enumerate(made) if n % folds != fold]
        trainee = course.finish(started, seen, progress)
        with tempfile.TemporaryDirectory() as scratch:
            weights = Path(scratch, "weights")
            export(trainee, course.base / "tokenizer.json", uncalibrated() | trees, weights)
            unseen = [pair for n, pair in enumerate(papers) if n % folds == fold]
            found = extract((paper for paper, _ in unseen), weights=weights)
            yield from ((record, prediction) for (_, record), prediction in zip(unseen, found, strict=True))
        progress("folds", fold + 1, folds)
