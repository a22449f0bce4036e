"""The demo's second half: data, model, the shop's processes, and status messages."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from demo import services
from demo.run import steps
from demo.run.checks.run import run_checks
from demo.run.checks.shopper import Shop
from demo.run.data import DataSet
from demo.run.processes import Child, Supervisor, reap_others, wait_for_port
from demo.run.startup import check_free
from demo.services.ports import free_port
from demo.services.process import tail
from recommendations.bundle.models import ModelVersion

DEFAULT_PORT = 8000
# What a first visit needs; the rest would compete with it for the cores while starting.
FIRST = ("web", "images", "stream")
Say = Callable[[str], None]


@dataclass
class Demo:
    """The running shop; `training` is the background training of the full model, if needed."""

    data: DataSet
    say: Say
    port: int | None
    replay: bool
    without: str | None = None
    image_port: int = 0
    supervisor: Supervisor = field(default_factory=Supervisor)
    training: Child | None = None

    def open(self) -> None:
        """Start the shop, and return once it responds."""
        steps.prepare(self.data, self.say)
        if self.without == "model":  # before a web process loads it
            ModelVersion.objects.active().update(is_active=False)
        check_free(self.port)
        self.port = self.port or free_port(DEFAULT_PORT)
        self.image_port = free_port(self.port + 1)
        os.environ["IMAGE_BASE_URL"] = f"http://127.0.0.1:{self.image_port}"
        self.say("Web, image server, workers and beat …")
        children = steps.children(self.port, self.image_port, replay=self.replay)
        children = [child for child in children if child.name != self.without]
        self.supervisor.children = children
        self.supervisor.start(FIRST)
        for child, wanted in zip(children, (self.port, self.image_port), strict=False):
            wait_for_port(wanted, child)
        self.supervisor.start()
        if self.without == "kafka":
            services.down(self.data.var, ["kafka"])
        if self.without != "model" and steps.needs_full_model():
            self.training = steps.training()
            self.training.start()

    def check(self) -> int:
        """Run every check, and return the number of failures."""
        web, images = (f"http://127.0.0.1:{port}" for port in (self.port, self.image_port))
        return run_checks(Shop(web, images, self.supervisor.runs, self.training))

    def announce(self) -> None:
        shop = f"http://127.0.0.1:{self.port}"
        self.say(f"\nThe shop is open: {shop}/")
        password = steps.admin_password(self.data.var)
        for name, text in {
            "Admin": f"{shop}/admin/  (admin / {password})",
            "API": f"{shop}/api/docs/",
            "Logs": str(steps.log_of("web").parent),
            "Commands": f"VAR_DIR={self.data.var} python manage.py …",
        }.items():
            self.say(f"  {name:10} {text}")
        self.say("Three things to try:")
        self.say(
            "  1. Open two products, then the home page: “for you” and “recently viewed” follow."
        )
        self.say(f"  2. Be one of the data's customers: {shop}/personas/")
        self.say(f"  3. Watch what you do pass through Kafka and the workers: {shop}/ops/")
        if self.training is not None:
            self.say(
                "It opened with popularity and content; training the full model beside it, which "
                f"takes over without a restart … ({self.training.log})"
            )
        self.say("Ctrl-C stops everything and keeps the data.")

    def watch(self) -> None:
        """Keep the processes running, and report changes."""
        while True:
            for line in chain(self.revived(), self.trained()):
                self.say(line)
            reap_others(filter(None, [*self.supervisor.children, self.training]))
            time.sleep(1)

    def revived(self) -> Iterator[str]:
        for child in self.supervisor.revive(time.monotonic()):
            yield f"{child.name} died; it is started again ({child.log})"

    def trained(self) -> Iterator[str]:
        """The result of the training, once."""
        if self.training is None or self.training.is_running():
            return
        ended, self.training = self.training, None
        if ended.process is not None and ended.process.returncode == 0:
            yield f"The full model is live since {datetime.now().astimezone():%H:%M:%S}."
        else:
            yield f"The full training failed, the first model stays: {tail(ended.log, 3)}"
