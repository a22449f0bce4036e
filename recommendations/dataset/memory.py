"""Memory of a process that trains."""

import ctypes


def give_back() -> None:
    """Return memory that was freed to the operating system.

    glibc keeps arrays of up to 32 MB for itself: after reading 31.8 million sales month by month, a
    third of the process. Other C libraries have no such call.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
