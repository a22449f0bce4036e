"""Serve the articles' pictures on a port of their own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

WORKERS, THREADS = 2, 4


class ImageServer(BaseApplication):  # type: ignore[misc]
    """gunicorn around catalog.images.server, without a configuration file."""

    def __init__(self, bind: str) -> None:
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self._bind,
            "workers": WORKERS,
            "threads": THREADS,
            "worker_class": "gthread",
            "keepalive": 30,
            "limit_request_line": 1024,
            "control_socket_disable": True,
            "proc_name": "image_server",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from catalog.images.server import application

        return application


class Command(BaseCommand):
    help = (
        "Serve the articles' pictures: GET /{width}/{article_id}.webp, from IMAGES_DIR; "
        "a tile stands where a picture is missing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8001, help="port to listen on (8001)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if not 0 < port < 65536:
            raise CommandError(f"--port: {port} is not a port (1-65535)")
        self.stdout.write(f"Pictures on http://{host}:{port}/ (Ctrl-C stops)")
        self.stdout.flush()
        ImageServer(f"{host}:{port}").run()
