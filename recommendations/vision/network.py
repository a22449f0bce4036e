"""EfficientNet-Lite0 (Tan and Le 2019, without squeeze-and-excite) as an ONNX graph."""

from typing import Final, NamedTuple

import numpy as np

from catalog.networks.onnx_models import Graph
from recommendations.vision.weights import Weights, WeightsError

OPSET: Final = 17
FEATURES: Final = 1280
# TensorFlow's epsilon in batch normalisation, where the weights come from.
EPSILON: Final = 1e-3


class Stage(NamedTuple):
    """Blocks of one kind, the first of which may halve the resolution."""

    repeats: int
    kernel: int
    stride: int
    expand: int


STAGES: Final = (
    Stage(1, 3, 1, 1),
    Stage(2, 3, 2, 6),
    Stage(2, 5, 2, 6),
    Stage(3, 3, 2, 6),
    Stage(3, 5, 1, 6),
    Stage(4, 5, 2, 6),
    Stage(1, 3, 1, 6),
)


class EfficientNet(Graph):
    """The parts of an EfficientNet."""

    def convolution(self, x: str, conv: str, norm: str, stride: int = 1, groups: int = 1) -> str:
        """A convolution with its batch normalisation folded in, padded as TensorFlow does."""
        try:
            kernel = self.weights[f"{conv}.weight"]
            scale, shift, mean, variance = (
                self.weights[f"{norm}.{part}"]
                for part in ("weight", "bias", "running_mean", "running_var")
            )
        except KeyError as error:
            raise WeightsError(f"the weights have no {error}") from error
        factor = scale / np.sqrt(variance + np.float32(EPSILON))
        return self.node(
            "Conv",
            x,
            self.constant(f"{conv}.weight", kernel * factor[:, None, None, None]),
            self.constant(f"{conv}.bias", shift - mean * factor),
            kernel_shape=list(kernel.shape[2:]),
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )

    def relu6(self, x: str) -> str:
        return self.node("Clip", x, "zero", "six")

    def block(self, x: str, name: str, stage: Stage, stride: int) -> str:
        """An inverted residual block."""
        inside = x
        if stage.expand > 1:
            inside = self.relu6(self.convolution(x, f"{name}._expand_conv", f"{name}._bn0"))
        depth = self.weights[f"{name}._depthwise_conv.weight"].shape[0]
        inside = self.relu6(
            self.convolution(inside, f"{name}._depthwise_conv", f"{name}._bn1", stride, depth)
        )
        out = self.convolution(inside, f"{name}._project_conv", f"{name}._bn2")
        project = self.weights[f"{name}._project_conv.weight"].shape[0]
        first = self.weights.get(f"{name}._expand_conv.weight")
        before = depth if first is None else first.shape[1]
        return self.node("Add", out, x) if stride == 1 and before == project else out


def model_of(weights: Weights) -> bytes:
    """The network without its last layer: pictures (n × 3 × height × width) to FEATURES each."""
    from onnx import TensorProto

    graph = EfficientNet(weights)
    graph.constant("zero", np.array(0, np.float32))
    graph.constant("six", np.array(6, np.float32))
    x = graph.relu6(graph.convolution("pictures", "_conv_stem", "_bn0", 2))
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = graph.block(x, f"_blocks.{number}", stage, stride)
            number += 1
    x = graph.relu6(graph.convolution(x, "_conv_head", "_bn1"))
    x = graph.node("Flatten", graph.node("GlobalAveragePool", x), axis=1)
    shape: list[str | int] = ["n", 3, "height", "width"]
    inputs = {"pictures": (TensorProto.FLOAT, shape)}
    return graph.model("efficientnet-lite0", inputs, x, FEATURES, OPSET)
