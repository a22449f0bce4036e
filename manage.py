#!/usr/bin/env python
"""Django's command line for the shop."""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (the very file that an older one runs)
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
