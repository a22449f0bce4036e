"""What gunicorn reads by itself where it is started in this folder."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")


def on_starting(server: Any) -> None:
    """Before any worker: the figures of the last run are over."""
    from storefront import metric_files

    metric_files.forget_the_dead()
