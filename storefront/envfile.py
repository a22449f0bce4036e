"""KEY=value files such as var/services.env, read and written as a whole."""

import os
from collections.abc import Mapping
from pathlib import Path

from web.files import replacing


def read(path: Path) -> dict[str, str]:
    """The file's variables; empty if it doesn't exist."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if not line.startswith("#"))
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


def write(path: Path, values: Mapping[str, str], *, heading: str) -> None:
    """Replace the file's contents with these variables."""
    lines = [f"# {heading}", *(f"{key}={values[key]}" for key in sorted(values))]
    write_private(path, "\n".join(lines) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically, readable by its owner alone: it holds passwords."""
    with replacing(path) as draft:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
