"""What gunicorn reads by itself where it is started in this folder."""

import gc
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")


def on_starting(server: Any) -> None:
    """Before any worker: the figures of the last run are over."""
    from storefront.operations import metric_files

    metric_files.forget_the_dead()


def post_worker_init(_: Any) -> None:
    """What was loaded stays: the garbage collector needn't walk it again, nor after every 700 new
    objects, of which a page makes thousands."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
