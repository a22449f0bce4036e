"""Writing a bundle atomically."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from recommendations.bundle.format import ARRAYS, MANIFEST, File, Manifest


def write_bundle(
    folder: Path, manifest: Manifest, arrays: Mapping[str, npt.NDArray[np.generic]]
) -> Manifest:
    """Write `folder` under a temporary name, fsync, rename; return the full manifest.

    Raise ValueError if the arrays are not those that the format declares, OSError if the disk
    fails; nothing of the bundle remains then.
    """
    check(arrays)
    building = folder.with_name(f".{folder.name}.{os.getpid()}")
    building.mkdir(parents=True)
    try:
        files = {name: write_array(building / f"{name}.npy", arrays[name]) for name in ARRAYS}
        complete = msgspec.structs.replace(manifest, files=files)
        text = msgspec.json.format(msgspec.json.encode(complete), indent=1)
        (building / MANIFEST).write_bytes(text)
        force_to_disk(building / MANIFEST)
        force_to_disk(building)
        building.rename(folder)
        force_to_disk(folder.parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return complete


def check(arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    found = {name: (array.dtype.name, array.ndim) for name, array in arrays.items()}
    wrong = sorted(k for k in found.keys() | ARRAYS.keys() if found.get(k) != ARRAYS.get(k))
    if wrong:
        raise ValueError(f"arrays differ from the bundle's format: {', '.join(wrong)}")


def write_array(path: Path, array: npt.NDArray[np.generic]) -> File:
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)
    force_to_disk(path)
    return File(checksum(path), path.stat().st_size, array.dtype.name, list(array.shape))


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def force_to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
