"""JSON logs, one object per line, each with the id of its request or task."""

import logging
from datetime import UTC, datetime
from typing import Final

import orjson

from streaming.events.correlation import request_id

# Attributes of every record; all others come from `extra`.
STANDARD: Final = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if known := request_id.get():
            fields["request_id"] = known
        fields |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(fields, default=str, option=orjson.OPT_UTC_Z).decode()
