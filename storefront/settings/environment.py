"""Typed reads of the environment, then of var/services.env."""

import os
from pathlib import Path

import environ

from storefront import envfile

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
# Not put into os.environ: a child with another VAR_DIR would inherit the addresses.
env.ENVIRON = {**envfile.read(VAR_DIR / "services.env"), **os.environ}
