"""Reads many rows from PostgreSQL by COPY, straight into arrays."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection

from web.arrays import Arrays

HEADER_BYTES = 19
TRAILER_BYTES = 2


def copy_columns(query: str, columns: Mapping[str, str], values: Sequence[object] = ()) -> Arrays:
    """The result of a query as arrays. `columns` are the column types (big-endian), none nullable;
    `values` fill the query's placeholders.

    Rows of PostgreSQL's binary format (a field count, then length and value of each field) then all
    have the same length, so the output maps directly to a structured array:
    https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
    """
    raw = io.BytesIO()
    copy(f"COPY ({query}) TO STDOUT (FORMAT binary)", raw, values)
    fields = [field for n, form in columns.items() for field in ((f"{n}_bytes", ">i4"), (n, form))]
    record = np.dtype([("count", ">i2"), *fields])
    body = raw.getbuffer()[HEADER_BYTES : len(raw.getbuffer()) - TRAILER_BYTES]
    rows = np.frombuffer(body, record)
    return {name: rows[name].astype(form[1:]) for name, form in columns.items()}


def copy(statement: str, target: io.BytesIO, values: Sequence[object] = ()) -> None:
    """Run a COPY … TO STDOUT into `target` and rewind it.

    COPY takes no parameters, so the driver interpolates the values, quoted.
    """
    with connection.cursor() as cursor:
        ready = cursor.mogrify(statement, values).decode() if values else statement
        cursor.copy_expert(ready, target)
    target.seek(0)
