"""Foreign keys to the small look-up tables, with an in-process row cache.

A product page shows dozens of articles that share a few types and colours. Joining eleven tables
for each list would cost several times as much as loading the articles themselves.
"""

import time
from typing import Any, Final, TypeVar

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from web.cache import on_empty

FOR_S: Final = 30.0
_cached: dict[type[models.Model], tuple[float, dict[object, models.Model]]] = {}
on_empty(_cached.clear)

SetType = TypeVar("SetType")
GetType = TypeVar("GetType")


def cached_term(table: type[models.Model], key: object) -> models.Model | None:
    """The row, at most FOR_S old; a missing one triggers a reload."""
    until, rows = _cached.get(table, (0.0, {}))
    if time.monotonic() >= until or key not in rows:
        rows = table._base_manager.in_bulk()
        _cached[table] = time.monotonic() + FOR_S, rows
    return rows.get(key)


class CachedForeignKeyDescriptor(ForwardManyToOneDescriptor["TermKey[models.Model, models.Model]"]):
    """Uses the cache only if the query hasn't selected the related row."""

    def get_object(self, instance: models.Model) -> models.Model:
        found = cached_term(self.field.related_model, getattr(instance, self.field.attname))
        return super().get_object(instance) if found is None else found


class TermKey(models.ForeignKey[SetType, GetType]):
    """For the database and migrations, an ordinary foreign key."""

    forward_related_accessor_class = CachedForeignKeyDescriptor

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs
