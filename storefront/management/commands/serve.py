from importlib import import_module

from django.core.management.base import BaseCommand, CommandParser

from storefront.operations.metric_files import remove_dead_processes
from web.arguments import port_number, positive_whole
from web.server import THREADS, serve

WORKERS = 3
WSGI = "storefront.wsgi"


class Command(BaseCommand):
    help = "Serve the shop's pages and API until it is stopped (Ctrl-C)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=port_number, default=8000, help="port (8000)")
        parser.add_argument(
            "--workers",
            type=positive_whole,
            default=WORKERS,
            help=f"processes, one more than there are cores ({WORKERS})",
        )
        parser.add_argument(
            "--threads",
            type=positive_whole,
            default=THREADS,
            help=f"threads of each process, so that one slow client holds up nobody ({THREADS})",
        )

    def handle(
        self, *args: object, host: str, port: int, workers: int, threads: int, **options: object
    ) -> None:
        self.stdout.write(f"The shop on http://{host}:{port}/ (Ctrl-C stops)")
        self.stdout.flush()
        serve(f"{WSGI}:application", host, port, workers=workers, threads=threads, on_start=prepare)


def prepare() -> None:
    """Load and warm the application once: the workers, forked afterwards, share it."""
    remove_dead_processes()
    import_module(WSGI)
