"""Independent steps of training, side by side where memory allows it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

from recommendations.dataset.inputs import Progress, Sales
from recommendations.dataset.memory import give_back
from recommendations.dataset.parts import LocalParts, Parts

STEPS: Final = 2
# With more sales, or sales on a cluster, one step after the other: each needs the memory.
MOST_SALES: Final = 5_000_000

P = ParamSpec("P")
T = TypeVar("T")


class StoppedError(Exception):
    """Another step has failed, or the user has stopped training."""


class OneByOne(Executor):
    """Takes each step at once, in the caller's thread."""

    def submit(self, step: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(step(*args, **kwargs))
        return done


@contextmanager
def side_by_side(parts: Parts[Sales], progress: Progress) -> Iterator[tuple[Executor, Progress]]:
    """An executor for STEPS steps at a time beside the caller's, and what they report progress to.

    If the caller fails or is stopped, so do the steps, at their next report. With many sales, what
    was freed before a report is given back then.
    """
    stopped = False
    few = isinstance(parts, LocalParts) and sum(map(len, parts.values)) <= MOST_SALES

    def told(line: str) -> None:
        if stopped:
            raise StoppedError
        if not few:
            give_back()
        progress(line)

    workers: Executor = ThreadPoolExecutor(STEPS) if few else OneByOne()
    with one_blas_thread(), workers:
        try:
            yield workers, told
        except BaseException:
            stopped = True
            workers.shutdown(wait=False, cancel_futures=True)
            raise


def one_blas_thread() -> threadpool_limits:
    """BLAS with one thread: several at a time have their own, and many small products are slower,
    in waiting for each other, on two."""
    return threadpool_limits(1, "blas")
