"""Fitting the network to examples: one loss of tags, roles and results (multi-task), by AdamW."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extract.answers import RELATIONS
from kg.extract.features import RULES
from kg.extract.measures import LONGEST_MEASURE
from kg.extract.result_head import WIDTH, metric_odds
from kg.extract.role_head import SHARPNESS
from kg.train.examples import Answer, Example
from kg.train.network import Encoder, Heads, Shape

MAIN = "kg"
"""The name of our own set of tags, beside those of other annotation schemes."""

UNTAGGED = "none"
"""What stands for a set of tags where a text has no annotations, so that only a teacher tells of it."""
_LIKENESS = 3.0
"""What it counts beside the annotations to be like a teacher."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn."""

    epochs: int
    rate: float = 1e-4
    batch: int = 4
    hidden_rules: float = 0.1
    """The share of words whose rule features are hidden, so that the text itself is learned from too."""


class Trainee(nn.Module):
    """The encoder and the heads, trained together."""

    def __init__(self, layers: Sequence[Shape], tag_sets: dict[str, int]) -> None:
        super().__init__()
        self.encoder = Encoder(layers, tag_sets)
        self.heads = Heads()


Report = Callable[[int, int, float], None]
"""Called with the step, the number of steps and the loss."""


def fit(
    trainee: Trainee,
    data: Sequence[tuple[str, Example]],
    schedule: Schedule,
    seed: int,
    report: Report | None = None,
    teacher: Trainee | None = None,
) -> None:
    """Trains in place on (tag set, example) pairs; every batch is of one tag set. The seed fixes the order.

    A teacher is a network whose states of the words, and whose tags, the trainee is to have too (distillation: Hinton
    et al., 2015; of states: Sun et al., Patient knowledge distillation, 2019).
    """
    torch.manual_seed(seed)
    order = random.Random(seed)
    chance = np.random.default_rng(seed)
    slow = [p for name, p in trainee.encoder.named_parameters() if not name.startswith(("tags", "hints", "features"))]
    known = {id(p) for p in slow}
    fast = [p for p in trainee.parameters() if id(p) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": schedule.rate}, {"params": fast, "lr": 10 * schedule.rate}],
        weight_decay=0.01,
        fused=True,
    )
    steps = schedule.epochs * sum(1 for _ in _batches(data, schedule.batch, random.Random(0)))
    warm = max(1, steps // 10)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / steps)
    )
    trainee.train()
    if teacher:
        teacher.eval()
    step = 0
    for _ in range(schedule.epochs):
        for tag_set, batch in _batches(data, schedule.batch, order):
            loss = batch_loss(trainee, tag_set, batch, schedule.hidden_rules, chance, teacher)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            step += 1
            if report:
                report(step, steps, float(loss.detach()))
    trainee.eval()


def _batches(data: Sequence[tuple[str, Example]], size: int, order: random.Random) -> list[tuple[str, list[Example]]]:
    batches = []
    for tag_set in sorted({name for name, _ in data}):
        own = [example for name, example in data if name == tag_set]
        order.shuffle(own)
        batches += [(tag_set, own[i : i + size]) for i in range(0, len(own), size)]
    order.shuffle(batches)
    return batches


def batch_loss(
    trainee: Trainee,
    tag_set: str,
    batch: list[Example],
    hidden_rules: float,
    chance: np.random.Generator,
    teacher: Trainee | None = None,
) -> Tensor:
    """The loss of a batch of examples that are annotated with one set of tags, of ours or of none beside a teacher."""
    features = [_hide(torch.from_numpy(example.features), hidden_rules, chance) for example in batch]
    with torch.autocast("cpu", torch.bfloat16):
        states = _states(trainee.encoder, batch, features)
        logits = trainee.encoder.tagged(
            torch.cat(states), torch.cat(features), MAIN if tag_set == UNTAGGED else tag_set
        )
    loss = torch.zeros(())
    if teacher is not None and tag_set in (MAIN, UNTAGGED):
        loss = _distance(teacher, batch, torch.cat(states), logits)
    if tag_set == UNTAGGED:
        return loss
    tags = torch.from_numpy(np.concatenate([example.tags for example in batch]))
    loss = loss + functional.cross_entropy(logits.float(), tags)
    if tag_set != MAIN:
        return loss
    chances = logits.float().detach().softmax(-1).numpy()
    parts = np.split(metric_odds(chances), np.cumsum([len(example.tags) for example in batch])[:-1])
    for example, own, seen, odds in zip(batch, states, features, map(torch.from_numpy, parts), strict=True):
        share = 0.1 / len(batch)
        loss = loss + share * _role_loss(trainee.heads, own.float(), seen, example)
        loss = loss + share * _result_loss(trainee.heads, own.float(), seen, odds, example)
    return loss


def _read(teacher: Trainee, batch: list[Example]) -> tuple[Tensor, Tensor]:
    """The teacher's states of the words of a batch, (words, hidden), and the logits of our tags, (words, tags)."""
    features = [torch.from_numpy(example.features) for example in batch]
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        states = torch.cat(_states(teacher.encoder, batch, features))
        logits = teacher.encoder.tagged(states, torch.cat(features), MAIN)
    return states.float(), logits.float()


def _distance(teacher: Trainee, batch: list[Example], states: Tensor, logits: Tensor) -> Tensor:
    """How far states (words, hidden) and logits (words, tags) are from the teacher's, who sees all rules."""
    wanted, tags = _read(teacher, batch)
    apart = functional.kl_div(logits.float().log_softmax(-1), tags.softmax(-1), reduction="batchmean")
    return _LIKENESS * (
        functional.mse_loss(states.float(), wanted) / wanted.var(0, correction=0).mean().clamp(min=1e-3) + apart
    )


def _hide(features: Tensor, share: float, chance: np.random.Generator) -> Tensor:
    keep = torch.from_numpy((chance.random(len(features)) >= share).astype(np.float32))
    return torch.cat([features[:, :RULES] * keep[:, None], features[:, RULES:]], dim=1)


def _states(encoder: Encoder, batch: list[Example], features: list[Tensor]) -> list[Tensor]:
    """The states of each example's words (words, hidden), all windows of the batch in one pass."""
    parts = [(n, window) for n, example in enumerate(batch) for window in example.windows]
    longest = max(len(window.ids) for _, window in parts)
    ids = torch.zeros(len(parts), longest, dtype=torch.long)
    mask = torch.full((len(parts), 1, 1, longest), -1e4)
    seen = torch.zeros(len(parts), longest, features[0].shape[1])
    for row, (n, window) in enumerate(parts):
        size = len(window.ids)
        ids[row, :size] = torch.from_numpy(window.ids)
        mask[row, ..., :size] = 0
        seen[row, :size] = features[n][torch.from_numpy(window.owners)]
    hidden = encoder(ids, seen, mask)
    states: list[list[Tensor]] = [[] for _ in batch]
    for row, (n, window) in enumerate(parts):
        states[n].append(hidden[row, np.flatnonzero(np.diff(window.owners, prepend=-1))])
    return [torch.cat(own) for own in states]


def _mean(states: Tensor, first: np.ndarray, last: np.ndarray) -> Tensor:
    return (states[first] + states[last]) / 2


def _role_loss(heads: Heads, states: Tensor, features: Tensor, example: Example) -> Tensor:
    mentions = example.mentions
    if not len(mentions.entity):
        return states.sum() * 0
    each = (
        heads.role(heads.dropout(_mean(states, mentions.first, mentions.last)))
        + heads.role_hint(features[mentions.first])
        + heads.role_kind[mentions.kind]
    )
    present = sorted(set(mentions.entity.tolist()))
    rows = [np.flatnonzero(mentions.entity == number) for number in present]
    logits = torch.stack([torch.logsumexp(SHARPNESS * each[own], dim=0) / SHARPNESS for own in rows])
    wanted = torch.from_numpy(example.roles[present])
    return functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum") / wanted.shape[1]


def _result_loss(heads: Heads, states: Tensor, features: Tensor, odds: Tensor, example: Example) -> Tensor:
    asked, answers = example.asked, example.answers
    if not answers:
        return states.sum() * 0
    quantity = heads.dropout(_mean(states, asked.first, asked.last))
    claim = (heads.claim(quantity) + heads.claim_hint(features[asked.first]))[:, 0]
    wanted = torch.tensor([float(answer is not None) for answer in answers])
    loss = functional.binary_cross_entropy_with_logits(claim, wanted, reduction="sum")
    worded = heads.worded(quantity) + heads.rule_worded * torch.from_numpy(asked.rule_worded)
    nothing = heads.nothing(quantity) + heads.rule_nothing * torch.from_numpy(asked.rule_nothing)
    mention = heads.dropout(_mean(states, asked.mentions.first, asked.mentions.last))
    shape = (-1, len(RELATIONS), WIDTH)
    logits = torch.einsum("qrd,mrd->qmr", heads.asks(quantity).view(shape), heads.answers(mention).view(shape))
    logits = logits / WIDTH**0.5 + torch.from_numpy(asked.pairs) @ heads.pair.T
    logits = logits + heads.answer_kind.T[asked.mentions.kind]
    logits = logits + torch.from_numpy(asked.rule_answers) * heads.rule_answer
    sought, offered = heads.sought(quantity).view(-1, 2, WIDTH), heads.offered(states).view(-1, 2, WIDTH)
    bounds = torch.einsum("qbd,nbd->qnb", sought, offered) / WIDTH**0.5
    bounds = bounds + torch.from_numpy(asked.word_pairs) @ heads.word_pair.T + odds * heads.metric_odds
    bounds = bounds + torch.from_numpy(asked.rule_measure) * heads.rule_measure
    fits = asked.fits()
    for row, answer in enumerate(answers):
        if answer is None:
            continue
        loss = loss + 0.5 * _measure_loss(bounds[row], asked.reach[row].tolist(), heads, worded[row], answer)
        for column, relation in enumerate(RELATIONS):
            rows = np.flatnonzero(fits[:, column])
            scores = torch.cat([logits[row, rows, column], nothing[row, column : column + 1]])
            entity = answer.entities[relation]
            right = np.flatnonzero(asked.mentions.entity[rows] == entity) if entity is not None else [len(rows)]
            if len(right):
                loss = loss + 0.5 * (torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0))
    return loss


def _measure_loss(bounds: Tensor, reach: list[int], heads: Heads, worded: Tensor, answer: Answer) -> Tensor:
    """Of all spans in reach and measures in words, those that name the measure should have all the probability."""
    start, behind = reach
    first, last = bounds[start:behind, 0], bounds[start:behind, 1]
    spans = [
        first[: len(first) - more] + last[more:] + heads.measure_length[more]
        for more in range(min(LONGEST_MEASURE, behind - start))
    ]
    right = [spans[b - a][a - start : a - start + 1] for a, b in answer.measures]
    if answer.worded is not None:
        right.append(worded[answer.worded : answer.worded + 1])
    return torch.logsumexp(torch.cat([*spans, worded]), 0) - torch.logsumexp(torch.cat(right), 0)
