from streaming.tests.conftest import log, store  # noqa: F401
