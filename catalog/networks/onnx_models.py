"""Builds networks as ONNX graphs from packaged weights, once, and runs them."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from web.arrays import Array
from web.files import replacing

if TYPE_CHECKING:
    import onnx

Floats = npt.NDArray[np.float32]
Inputs = Mapping[str, tuple[int, list[str | int]]]
IR_VERSION: Final = 9


class Session(Protocol):
    """A network in this process."""

    def run(self, outputs: None, inputs: Mapping[str, Array], /) -> list[Floats]: ...


class Graph:
    """The graph under construction; each method adds nodes and returns the output's name."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def constant(self, name: str, value: Array) -> str:
        from onnx import numpy_helper

        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def model(self, name: str, inputs: Inputs, output: str, size: int, opset: int) -> bytes:
        """The checked model. `inputs`: type and shape of each; the output has `size` numbers a
        row."""
        from onnx import TensorProto, checker, helper

        info = helper.make_tensor_value_info
        found = helper.make_model(
            helper.make_graph(
                self.nodes,
                name,
                [info(own, kind, shape) for own, (kind, shape) in inputs.items()],
                [info(output, TensorProto.FLOAT, ["n", size])],
                list(self.constants.values()),
            ),
            opset_imports=[helper.make_opsetid("", opset)],
            ir_version=IR_VERSION,
        )
        checker.check_model(found)
        model: bytes = found.SerializeToString()
        return model


def are_installed(*packages: str) -> bool:
    return all(find_spec(name) is not None for name in ("onnx", "onnxruntime", *packages))


def session(file: Path, build: Callable[[], bytes], threads: int) -> Session:
    """Run the model of a file, which is built if it is missing; `threads` are used per call."""
    import onnxruntime

    if not file.exists():
        with replacing(file) as draft:
            draft.write_bytes(build())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    opened: Session = onnxruntime.InferenceSession(
        str(file), options, providers=["CPUExecutionProvider"]
    )
    return opened
