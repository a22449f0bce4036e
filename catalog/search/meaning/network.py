"""The sentence encoder all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) as an ONNX
graph: BERT layers, mean pooling, unit length.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from catalog.networks.onnx_models import Floats, Graph

OPSET: Final = 20
SIZE: Final = 384
LAYERS: Final = 6
HEADS: Final = 12
EPSILON: Final = 1e-12
# Added to the attention scores of padding.
NEVER: Final = -10_000.0

Weights = Mapping[str, Floats]


class Bert(Graph):
    """The parts of a BERT."""

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def linear(self, x: str, name: str) -> str:
        kernel = self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        return self.node("Add", self.node("MatMul", x, kernel), self.weight(f"{name}.bias"))

    def normalised(self, x: str, name: str) -> str:
        scale, shift = (self.weight(f"{name}.LayerNorm.{part}") for part in ("weight", "bias"))
        return self.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=EPSILON)

    def embedded(self) -> str:
        """The words, their positions, and the only segment there is."""
        table = "embeddings.{}_embeddings.weight"
        words = self.node("Gather", self.weight(table.format("word")), "ids")
        length = self.node("Slice", self.node("Shape", "ids"), "one", "two")
        places = self.node("Slice", self.weight(table.format("position")), "zero", length)
        segment = self.constant("segment", self.weights[table.format("token_type")][0])
        return self.normalised(
            self.node("Add", self.node("Add", words, places), segment), "embeddings"
        )

    def layer(self, x: str, name: str, padding: str) -> str:
        """Attention and a feed-forward network, each with a residual connection."""
        query, key, value = (
            self.heads(self.linear(x, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        share = self.node("Softmax", self.node("Add", self.node("Mul", scores, "scale"), padding))
        seen = self.node("Transpose", self.node("MatMul", share, value), perm=[0, 2, 1, 3])
        merged = self.node("Reshape", seen, "merged")
        own = self.linear(merged, f"{name}.attention.output.dense")
        x = self.normalised(self.node("Add", own, x), f"{name}.attention.output")
        inside = self.node("Gelu", self.linear(x, f"{name}.intermediate.dense"))
        own = self.linear(inside, f"{name}.output.dense")
        return self.normalised(self.node("Add", own, x), f"{name}.output")

    def heads(self, x: str) -> str:
        return self.node("Transpose", self.node("Reshape", x, "split"), perm=[0, 2, 1, 3])

    def pooled(self, x: str) -> str:
        """The mean over what isn't padding, at unit length."""
        mask = self.node("Unsqueeze", "mask", "last")
        total = self.node("ReduceSum", self.node("Mul", x, mask), "one")
        return self.node("LpNormalization", self.node("Squeeze", total, "one"), axis=1, p=2)


def model_of(weights: Weights) -> bytes:
    """Token ids and their mask (n × length; 1.0, or 0.0 for padding) to SIZE numbers a text."""
    from onnx import TensorProto

    graph = Bert(weights)
    for name, value in {"zero": [0], "one": [1], "two": [2], "last": [-1]}.items():
        graph.constant(name, np.array(value, np.int64))
    graph.constant("split", np.array([0, 0, HEADS, SIZE // HEADS], np.int64))
    graph.constant("merged", np.array([0, 0, SIZE], np.int64))
    graph.constant("scale", np.array((SIZE / HEADS) ** -0.5, np.float32))
    graph.constant("never", np.array(NEVER, np.float32))
    graph.constant("whole", np.array(1, np.float32))
    graph.constant("rows", np.array([1, 2], np.int64))
    padding = graph.node("Mul", graph.node("Sub", "whole", "mask"), "never")
    padding = graph.node("Unsqueeze", padding, "rows")
    x = graph.embedded()
    for number in range(LAYERS):
        x = graph.layer(x, f"encoder.layer.{number}", padding)
    out = graph.pooled(x)
    texts: list[str | int] = ["n", "length"]
    inputs = {"ids": (TensorProto.INT64, texts), "mask": (TensorProto.FLOAT, texts)}
    return graph.model("all-MiniLM-L6-v2", inputs, out, SIZE, OPSET)
