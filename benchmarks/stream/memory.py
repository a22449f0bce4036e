"""Redis memory per customer after two years of history."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from redis import Redis

ARTICLES = 5_000
LINES_EACH = 23  # as many as in the original data
TOGETHER = 10_000


def bytes_per_customer(client: Redis, customers: int) -> tuple[float, int]:
    """Bytes added per customer with a purchase, and the number of these customers.

    A separate synthetic history, with the original's distribution of purchases over customers, goes
    through the stream's reducer customer by customer; states are stored as the worker does.
    """
    from streaming import keys
    from streaming.features.registry import STATE_TTL_S
    from streaming.tests.servers import eventually

    client.flushdb()
    eventually(lambda: not client.info("memory")["lazyfree_pending_objects"], "freed memory")
    empty = int(client.info("memory")["used_memory"])
    for packed in packed_states(customers):
        with client.pipeline(transaction=False) as pipeline:
            for shopper, state in packed.items():
                pipeline.set(keys.state(shopper), state, ex=STATE_TTL_S)
            pipeline.execute()
    held, stored = int(client.info("memory")["used_memory"]) - empty, int(client.dbsize())
    client.flushdb()
    return held / stored, stored


def packed_states(customers: int) -> Iterator[dict[str, bytes]]:
    from streaming.features import articles, batch
    from streaming.features.state import pack
    from streaming.features.trends import Increments
    from streaming.history import encoding

    lines, known = _history(customers), articles.load()
    lines = lines[np.argsort(lines.customer, kind="stable")]
    for first in range(1, customers + 1, TOGETHER):
        begin, end = np.searchsorted(lines.customer, [first, first + TOGETHER])
        good = batch.unlogged(encoding.purchases(lines[begin:end]))
        reduced = batch.reduce(good, dict.fromkeys(good), known, Increments(0, 0))
        yield {shopper: pack(state) for shopper, state in reduced.states.items()}


def _history(customers: int) -> Any:
    """Lines of generated files, with articles of the benchmark's catalogue."""
    from django.core.management import call_command

    from streaming import history

    with tempfile.TemporaryDirectory() as folder:
        sizes = f"--articles={ARTICLES} --customers={customers}"
        sizes += f" --transactions={customers * LINES_EACH} --seed=1"
        call_command("generate_hm", f"--out={folder}", *sizes.split(), stdout=sys.stderr)
        options = csv.ConvertOptions(column_types={"article_id": pa.string()})
        table = csv.read_csv(Path(folder) / "transactions_train.csv", convert_options=options)
    customer = pc.dictionary_encode(table["customer_id"]).combine_chunks().indices
    return history.arrange(
        id=np.arange(1, len(table) + 1),
        day=table["t_dat"].cast(pa.date32()).cast(pa.int32()).to_numpy(),
        customer=customer.to_numpy().astype(np.int32) + 1,
        article=table["article_id"].cast(pa.int32()).to_numpy(),
        price=table["price"].to_numpy(),
        channel=table["sales_channel_id"].cast(pa.int32()).to_numpy(),
    )
