"""Writing a trained network in the form that extraction loads: an 8-bit ONNX encoder and arrays for the heads."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import Tensor, nn

from kg.extract.features import FEATURES
from kg.train.fit import MAIN, Trainee
from kg.train.network import FULL, HIDDEN
from kg.train.weights import write_weights


class _Encoder(nn.Module):
    """The encoder for one window, without padding."""

    def __init__(self, trainee: Trainee) -> None:
        super().__init__()
        self.encoder = trainee.encoder

    def forward(self, ids: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """(1, pieces) and (pieces, features) to the states and the tags' logits of each piece."""
        states = self.encoder(ids, features[None])[0]
        return states, self.encoder.tagged(states, features, MAIN)


def _fuse(model: Path) -> None:
    """Joins the operations of an ONNX file that run faster as one on a CPU; fused attention and skips run slower.

    The number of heads is of no account where attention is not fused.
    """
    options = FusionOptions("bert")
    options.enable_attention = False
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = options.enable_embed_layer_norm = False
    options.enable_gelu_approximation = True
    optimize_model(
        str(model), "bert", num_heads=FULL.heads, hidden_size=HIDDEN, optimization_options=options, opt_level=0
    ).save_model_to_file(str(model))


def export(trainee: Trainee, tokenizer: Path, fitted: dict[str, Any], directory: Path) -> None:
    """Writes the files of a network into a directory, all or none; calibrations and trees are ``fitted`` to it."""
    trainee.eval()

    def write(fresh: Path) -> None:
        _write_encoder(trainee, fresh / "encoder.onnx")
        np.savez_compressed(fresh / "heads.npz", **_heads(trainee), **fitted)
        shutil.copyfile(tokenizer, fresh / "tokenizer.json")

    write_weights(directory, write)


def _write_encoder(trainee: Trainee, path: Path) -> None:
    """Writes the encoder with its layers in 8 bits."""
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "encoder.onnx"
        torch.onnx.export(
            _Encoder(trainee),
            (torch.zeros(1, 16, dtype=torch.long), torch.zeros(16, len(FEATURES))),
            str(full),
            input_names=["ids", "features"],
            output_names=["states", "logits"],
            dynamic_axes={
                "ids": {1: "pieces"},
                "features": {0: "pieces"},
                "states": {0: "pieces"},
                "logits": {0: "pieces"},
            },
            opset_version=17,
            dynamo=False,
        )
        _fuse(full)
        # A scale a channel and heads in full precision keep 98.6 % of the spans, one scale a matrix 95.6 %.
        # Quantization turns each Gemm into a MatMul of another name first.
        nodes = [node for node in onnx.load(full).graph.node if "/layers." not in node.name]
        heads = [node.name for node in nodes if node.op_type == "MatMul"]
        heads += [f"{node.name}_MatMul" for node in nodes if node.op_type == "Gemm"]
        quantize_dynamic(
            full,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            nodes_to_exclude=heads,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


def _heads(trainee: Trainee) -> dict[str, Any]:
    """The arrays of the heads, and of the tags of other schemes, which extraction leaves alone."""
    arrays: dict[str, Any] = {name: value.detach().numpy() for name, value in trainee.heads.state_dict().items()}
    return arrays | {
        f"{part}.{name}": value.detach().numpy()
        for part in ("tags", "hints")
        for name, value in getattr(trainee.encoder, part).state_dict().items()
        if not name.startswith(MAIN)
    }
