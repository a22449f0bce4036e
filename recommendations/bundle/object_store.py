"""Bundles in an object store (BUNDLES_URL), for web processes on several machines.

A bundle's manifest is uploaded last: without it the bundle doesn't exist. Each machine fetches a
version once into its own BUNDLES_DIR and maps it from there.
"""

import os
import shutil
from pathlib import Path

import fsspec
from django.conf import settings

from recommendations.bundle.format import MANIFEST, BundleError


def publish(folder: Path) -> None:
    """Copy a finished bundle to the store, if there is one; an OSError leaves nothing to find."""
    if settings.BUNDLES_URL:
        store, place = fsspec.core.url_to_fs(f"{settings.BUNDLES_URL}/{folder.name}")
        files = sorted(folder.iterdir(), key=lambda file: (file.name == MANIFEST, file.name))
        store.makedirs(place, exist_ok=True)
        for file in files:
            store.put_file(str(file), f"{place}/{file.name}")


def fetch(folder: Path) -> None:
    """Make a version's folder from the store, at once, if it isn't here yet.

    Raise BundleError if the store lacks it or can't be read.
    """
    if not settings.BUNDLES_URL or folder.exists():
        return
    building = folder.with_name(f".{folder.name}.{os.getpid()}.fetched")
    try:
        store, place = fsspec.core.url_to_fs(f"{settings.BUNDLES_URL}/{folder.name}")
        if not store.exists(f"{place}/{MANIFEST}"):
            raise BundleError(f"{settings.BUNDLES_URL} has no bundle {folder.name}")
        building.mkdir(parents=True)
        for file in store.ls(place, detail=False):
            store.get_file(file, str(building / Path(file).name))
        # Another process of this machine may have been faster.
        if not folder.exists():
            building.rename(folder)
    except OSError as error:
        if not folder.exists():
            raise BundleError(f"{folder.name} can't be fetched: {error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def withdraw(version: str) -> None:
    """Delete a pruned bundle from the store."""
    if settings.BUNDLES_URL:
        store, place = fsspec.core.url_to_fs(f"{settings.BUNDLES_URL}/{version}")
        if store.exists(place):
            store.rm(place, recursive=True)
