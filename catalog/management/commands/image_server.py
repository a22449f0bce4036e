from django.core.management.base import BaseCommand, CommandParser

from web.arguments import port_number
from web.server import serve

WORKERS, THREADS = 2, 4


class Command(BaseCommand):
    help = (
        "Serve the articles' pictures: GET /{width}/{article_id}.webp, from IMAGES_DIR; "
        "a tile replaces a missing picture."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=port_number, default=8001, help="port (8001)")

    def handle(self, *args: object, host: str, port: int, **options: object) -> None:
        self.stdout.write(f"Pictures on http://{host}:{port}/ (Ctrl-C stops)")
        self.stdout.flush()
        serve("catalog.images.wsgi:application", host, port, workers=WORKERS, threads=THREADS)
