"""Pruning: the attention heads and inner neurons that matter least are left out, so that a network reads faster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from kg.train.examples import Example
from kg.train.fit import MAIN, Trainee, batch_loss
from kg.train.network import HEAD, Shape

_BATCH = 8


def pruned(trainee: Trainee, examples: Sequence[Example], shapes: Sequence[Shape]) -> Trainee:
    """A network with layers of these shapes that keeps of each layer what matters most for annotated examples.

    What a part matters is its loss by a first-order expansion, squared and added up over windows (Molchanov et al.,
    Importance estimation for neural network pruning, 2019; of heads: Michel et al., 2019).
    """
    heads, inner = _importance(trainee, examples)
    small = Trainee(shapes, trainee.encoder.tag_sets)
    weights = trainee.state_dict()
    for number, shape in enumerate(shapes):
        kept = heads[number].topk(shape.heads).indices.sort().values
        rows = (kept[:, None] * HEAD + torch.arange(HEAD)).flatten()
        neurons = inner[number].topk(shape.inner).indices.sort().values
        for part, chosen in (("query", rows), ("key", rows), ("value", rows), ("widen", neurons)):
            for kind in ("weight", "bias"):
                name = f"encoder.layers.{number}.{part}.{kind}"
                weights[name] = weights[name][chosen]
        for part, chosen in (("output", rows), ("narrow", neurons)):
            name = f"encoder.layers.{number}.{part}.weight"
            weights[name] = weights[name][:, chosen]
    small.load_state_dict(weights)
    return small


def _importance(trainee: Trainee, examples: Sequence[Example]) -> tuple[list[Tensor], list[Tensor]]:
    """What each head and each inner neuron of every layer matters: by layer, arrays of shape (heads,) and (inner,)."""
    layers = list(trainee.encoder.layers)
    heads = [torch.zeros(layer.shape.heads) for layer in layers]
    inner = [torch.zeros(layer.shape.inner) for layer in layers]
    read: dict[nn.Module, Tensor] = {}

    def keep(module: nn.Module, inputs: tuple[Tensor]) -> None:
        inputs[0].retain_grad()
        read[module] = inputs[0]

    hooks = [part.register_forward_pre_hook(keep) for layer in layers for part in (layer.output, layer.narrow)]
    trainee.eval()
    try:
        for start in range(0, len(examples), _BATCH):
            trainee.zero_grad()
            batch_loss(trainee, MAIN, list(examples[start : start + _BATCH]), 0.0, np.random.default_rng(0)).backward()
            for number, layer in enumerate(layers):
                heads[number] += _change(read[layer.output]).unflatten(-1, (-1, HEAD)).sum(-1).square().sum(0)
                inner[number] += _change(read[layer.narrow]).square().sum(0)
    finally:
        for hook in hooks:
            hook.remove()
    trainee.zero_grad()
    return heads, inner


def _change(read: Tensor) -> Tensor:
    """How much the loss changes, to first order, without a column of (windows, pieces, columns): (windows, columns)."""
    assert read.grad is not None
    return (read * read.grad).detach().float().sum(1)
