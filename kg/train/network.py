"""The network in PyTorch, as it is trained: a small BERT encoder that also reads features, and its heads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extract.answers import RELATIONS
from kg.extract.features import FEATURES
from kg.extract.measures import LONGEST_MEASURE, WORDED
from kg.extract.questions import PAIR_FEATURES
from kg.extract.result_head import WIDTH
from kg.extract.role_head import ROLES
from kg.records import EntityType

HIDDEN, POSITIONS = 384, 512
HEAD = 32
"""The width of an attention head."""


class Shape(NamedTuple):
    """How many attention heads a layer has, and how many inner neurons."""

    heads: int
    inner: int


FULL = Shape(12, 1536)
"""A layer of the base weights."""


class Layer(nn.Module):
    """One transformer layer with normalisation behind each part (Devlin et al., 2019)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.heads * HEAD
        self.query, self.key, self.value = (nn.Linear(HIDDEN, width) for _ in range(3))
        self.output = nn.Linear(width, HIDDEN)
        self.attended = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.widen, self.narrow = nn.Linear(HIDDEN, shape.inner), nn.Linear(shape.inner, HIDDEN)
        self.normed = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Maps (batch, pieces, hidden) to the same shape; ``mask`` is added to the attention's logits."""

        def split(y: Tensor) -> Tensor:
            return y.view(y.shape[0], y.shape[1], self.shape.heads, HEAD).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        logits = query @ key.transpose(2, 3) / math.sqrt(HEAD)
        if mask is not None:
            logits = logits + mask
        mixed = (logits.softmax(-1) @ value).transpose(1, 2).flatten(2)
        x = self.attended(x + self.output(mixed))
        return self.normed(x + self.narrow(functional.gelu(self.widen(x))))


class Encoder(nn.Module):
    """Word pieces and their features to hidden states and the logits of each set of tags."""

    def __init__(self, layers: Sequence[Shape], tag_sets: dict[str, int]) -> None:
        super().__init__()
        self.tag_sets = tag_sets
        self.words = nn.Embedding(30522, HIDDEN)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.features = nn.Linear(len(FEATURES), HIDDEN)
        self.normed = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(map(Layer, layers))
        self.tags = nn.ModuleDict({name: nn.Linear(HIDDEN, size) for name, size in tag_sets.items()})
        self.hints = nn.ModuleDict(
            {name: nn.Linear(len(FEATURES), size, bias=False) for name, size in tag_sets.items()}
        )
        self.late_dropout = nn.Dropout(0.2)
        nn.init.normal_(self.features.weight, std=0.01)
        for hint in self.hints.values():
            nn.init.zeros_(hint.weight)

    def forward(self, ids: Tensor, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """Hidden states (batch, pieces, hidden) of ids (batch, pieces) and features (batch, pieces, features)."""
        x = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.features(features)
        x = self.normed(x)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def tagged(self, states: Tensor, features: Tensor, tag_set: str) -> Tensor:
        """The logits of a set of tags, of the states and features of words."""
        logits: Tensor = self.tags[tag_set](self.late_dropout(states)) + self.hints[tag_set](features)
        return logits


class Heads(nn.Module):
    """The heads for roles and results; each parameter is one array of ``heads.npz``."""

    def __init__(self) -> None:
        super().__init__()
        kinds, relations, worded = len(EntityType), len(RELATIONS), len(WORDED) + 1
        self.role = nn.Linear(HIDDEN, len(ROLES))
        self.role_hint = nn.Linear(len(FEATURES), len(ROLES), bias=False)
        self.role_kind = nn.Parameter(torch.zeros(kinds, len(ROLES)))
        self.claim = nn.Linear(HIDDEN, 1)
        self.claim_hint = nn.Linear(len(FEATURES), 1, bias=False)
        self.worded = nn.Linear(HIDDEN, worded)
        self.asks = nn.Linear(HIDDEN, relations * WIDTH)
        self.answers = nn.Linear(HIDDEN, relations * WIDTH)
        self.nothing = nn.Linear(HIDDEN, relations)
        self.pair = nn.Parameter(torch.zeros(relations, PAIR_FEATURES))
        self.answer_kind = nn.Parameter(torch.zeros(relations, kinds))
        self.rule_answer = nn.Parameter(torch.ones(relations))
        self.rule_nothing = nn.Parameter(torch.ones(relations))
        self.rule_worded = nn.Parameter(torch.ones(1))
        self.sought = nn.Linear(HIDDEN, 2 * WIDTH)
        self.offered = nn.Linear(HIDDEN, 2 * WIDTH)
        self.word_pair = nn.Parameter(torch.zeros(2, PAIR_FEATURES))
        self.rule_measure = nn.Parameter(torch.ones(2))
        self.metric_odds = nn.Parameter(torch.full((2,), 0.5))
        self.measure_length = nn.Parameter(torch.zeros(LONGEST_MEASURE))
        self.dropout = nn.Dropout(0.2)
        nn.init.zeros_(self.role_hint.weight)
        nn.init.zeros_(self.claim_hint.weight)


def load_base(encoder: Encoder, weights: Path) -> None:
    """Copies the first layers of a BERT in ``weights`` (safetensors, Hugging Face's names) into an encoder."""
    from safetensors.torch import load_file

    theirs = load_file(weights)
    parts = {
        "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
        "output": "attention.output.dense", "attended": "attention.output.LayerNorm",
        "widen": "intermediate.dense", "narrow": "output.dense", "normed": "output.LayerNorm",
    }  # fmt: skip
    ours = encoder.state_dict()
    ours["words.weight"] = theirs["embeddings.word_embeddings.weight"]
    ours["positions.weight"] = (
        theirs["embeddings.position_embeddings.weight"] + theirs["embeddings.token_type_embeddings.weight"][0]
    )
    for kind in ("weight", "bias"):
        ours[f"normed.{kind}"] = theirs[f"embeddings.LayerNorm.{kind}"]
        for i in range(len(encoder.layers)):
            for our, their in parts.items():
                ours[f"layers.{i}.{our}.{kind}"] = theirs[f"encoder.layer.{i}.{their}.{kind}"]
    encoder.load_state_dict(ours)
