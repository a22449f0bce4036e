"""Names for arrays whose element type differs from one to the next."""

from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = dict[str, Array]
