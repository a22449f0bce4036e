"""The checks can fail: with a part missing, exactly the checks that need it do.

That all of them pass otherwise is shown where a demo starts on a long path (test_demo_start).
"""

import re
from pathlib import Path

import pytest

from demo.run.checks.run import CHECKS
from demo.run.checks.waiting import CheckError, eventually
from demo.tests.demos import Run

READY = "services, model and workers are ready"
VIEWED = "a view changes “recently viewed”"
FOR_YOU = "a view changes “for you”"
TRENDING = "an order changes “trending”"
REPLAY = "history replays through Kafka"
FULL = "the full model is live"


def outcome(said: str) -> dict[str, str]:
    """Each check's mark."""
    lines = re.findall(r"^([✓✗]) (.*?)(?: \(|: )", said, re.MULTILINE)
    return {name: mark for mark, name in lines}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("without", "red"),
    [
        ("stream", {READY, VIEWED, FOR_YOU, TRENDING, REPLAY}),
        ("kafka", {READY, VIEWED, FOR_YOU, TRENDING, REPLAY}),
        ("model", {READY, FOR_YOU, FULL}),
    ],
)
def test_exactly_the_checks_that_need_a_part_notice_that_it_is_down(
    lived_in: Path, without: str, red: set[str]
) -> None:
    run = Run(lived_in, "--once", f"--without={without}")
    assert run.end() == 1, run.said
    marks = outcome(run.said)
    assert {name for name, mark in marks.items() if mark == "✗"} == red, run.said
    assert {name for name, mark in marks.items() if mark == "✓"} == CHECKS.keys() - red, run.said
    run.assert_nothing_left()


def test_what_cannot_come_is_not_waited_for() -> None:
    with pytest.raises(CheckError, match="it isn't there within 3 s"):
        eventually(lambda: None, "it isn't there", possible=lambda: False)


def test_what_comes_late_is_waited_for() -> None:
    answers = iter([None, None, 7])
    assert eventually(lambda: next(answers), "never") == 7
