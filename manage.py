#!/usr/bin/env python
"""Django's command line for the shop."""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (the very file that an older one runs)
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    own = "demo.run" if sys.argv[1:2] == ["demo"] else "storefront"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{own}.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except OSError as error:
        from django.conf import settings

        if not str(error.filename).startswith(f"{settings.VAR_DIR}"):
            raise
        sys.exit(
            f"{error}. The state is kept in {settings.VAR_DIR}: "
            "set VAR_DIR to a folder that can be written."
        )


if __name__ == "__main__":
    main()
