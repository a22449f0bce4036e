"""What tests on Spark share."""

import pytest

from catalog.lake.spark import missing

# A JVM that lives for a minute: the first compiler and one thread for garbage suffice.
LIGHT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
QUICK_START = (f"spark.driver.extraJavaOptions={LIGHT}", f"spark.executor.extraJavaOptions={LIGHT}")
ON_SPARK = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=f"Spark needs {' and '.join(missing())}"),
]
