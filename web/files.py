"""Tables beside the code, and files that others read while they are written."""

import secrets
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.json_types import Json


def table(module: str, name: str) -> Json:
    """The TOML file of this name beside a module, given by its `__file__`."""
    return tomllib.loads(Path(module).with_name(name).read_text("utf-8"))


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A path beside the file to write to, which takes its place at the end: a reader sees the old
    file or the new one. Nothing is left of a failure."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        yield draft
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
