"""The account PostgreSQL runs under when we are root, as it refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ServiceError(Exception):
    """A service can't be started, reached or stopped."""


class PortTakenError(ServiceError):
    """Another program took the port between choosing it and listening on it."""


class NotAnsweringError(ServiceError):
    """A server doesn't respond to a real request of its protocol (yet)."""


CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        """Keyword arguments for subprocess to run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_run(self, program: Path) -> bool:
        """Whether it can traverse all parents of `program` (or folder), and enter or execute it."""
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(program)]
        return subprocess.run(test, cwd="/", check=False, **self.as_process()).returncode == 0

    def chown(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def lesser_account(data: Path) -> Account | None:
    """None unless we are root; then the owner of `data`, else an unprivileged system account.

    Raises ServiceError if there is no such account.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        "PostgreSQL does not run as root, and there is no account named postgres or nobody. "
        "Run as another user, or set DATABASE_URL to a server of your own."
    )
