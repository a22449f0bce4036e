"""Fixtures that the tests of several rooms use."""

pytest_plugins = ["streaming.tests.fixtures", "recommendations.tests.fixtures"]
