"""The stream worker's side of the store: a batch and its next offset, both or neither."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from streaming import keys
from streaming.connection import execute, translate_errors
from streaming.consumer.processor import NO_POSITION
from streaming.features.registry import STATE_TTL_S, TREND_TTL_S
from streaming.features.trends import Increments

# Longer than any feature's: if a position expired first, the log would be read again for nothing.
FENCE_TTL_S: Final = 2 * STATE_TTL_S

# KEYS: position, log, then states and sums to add to. ARGV: the offset expected and the next one,
# the three TTLs, the topic's id, how many states and sums there are, then the states' values, and
# for each sum a command, the number of its arguments and these. Returns 1, or 0 where the position
# is another: another worker's batch, or this one, was written before.
APPLY: Final = """
if (tonumber(redis.call('GET', KEYS[1]) or '') or -1) ~= tonumber(ARGV[1]) then return 0 end
local states, sums = tonumber(ARGV[7]), tonumber(ARGV[8])
for i = 1, states do redis.call('SET', KEYS[2 + i], ARGV[8 + i], 'EX', ARGV[3]) end
local key, at = 2 + states, 9 + states
for i = 1, sums do
  local command, last = ARGV[at], at + 1 + tonumber(ARGV[at + 1])
  for j = at + 2, last, 2 do redis.call(command, KEYS[key + i], ARGV[j], ARGV[j + 1]) end
  redis.call('EXPIRE', KEYS[key + i], ARGV[5])
  at = last + 1
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[4])
return 1
"""


@dataclass(frozen=True)
class Effect:
    """What one partition's batch changes in the store. `expected` is its position before. Without
    `trends` only the position moves."""

    partition: int
    topic_id: str
    expected: int
    next_offset: int
    states: dict[str, bytes]  # by shopper
    trends: Increments | None = None

    def arguments(self) -> tuple[list[str], list[Any]]:
        """KEYS and ARGV of the script."""
        of, added = self.partition, self._added()
        names = [keys.fence(of, self.topic_id), keys.log(of)]
        names += keys.states(of, self.states)
        names += [name for name, _, _ in added]
        values: list[Any] = [self.expected, self.next_offset]
        values += [STATE_TTL_S, FENCE_TTL_S, TREND_TTL_S, self.topic_id]
        values += [len(self.states), len(added), *self.states.values()]
        for _, command, amounts in added:
            values += (command, len(amounts), *amounts)
        return names, values

    def _added(self) -> list[tuple[str, str, list[int]]]:
        """Key, command, and the command's pairs of arguments in a row."""
        of, more = self.partition, self.trends
        if more is None:
            return []
        made = [
            (keys.trend(of, *place), "ZINCRBY", [x for a, n in sums.items() for x in (n, a)])
            for place, sums in more.sums.items()
        ]
        made += [
            (keys.counts(of, epoch), "HINCRBY", [x for pair in sums.items() for x in pair])
            for epoch, sums in more.counts.items()
        ]
        return made


def position_in(value: bytes | None) -> int:
    """An invalid position counts as a lost one."""
    return int(value) if value and value.isdigit() else NO_POSITION


class Writer:
    """The stream worker's side of the store. Every method may raise StoreUnavailable.

    `positions` comes first: it also hands Redis the script that `apply` runs.
    """

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.sha = ""

    def positions(self, topic_id: str, partitions: Sequence[int]) -> dict[int, int]:
        """Each partition's position; NO_POSITION where nothing of this topic was applied yet."""
        with translate_errors():  # a Redis that was started again has forgotten the script
            self.sha = self.redis.script_load(APPLY)
        values = self._each("GET", [keys.fence(p, topic_id) for p in partitions])
        return {p: position_in(value) for p, value in zip(partitions, values, strict=True)}

    def forget_trends(self, topic_id: str, partitions: Sequence[int]) -> list[int]:
        """Drop these partitions' trends and counts from this topic, which is read again; return the
        partitions that had any.

        Those from an earlier topic stay. Trends without a note of their topic have lost it together
        with the position, and are dropped too.
        """
        logs = self._each("GET", [keys.log(p) for p in partitions])
        ours = [
            p
            for p, log in zip(partitions, logs, strict=True)
            if log is None or log.decode() == topic_id
        ]
        with translate_errors():
            return [p for p in ours if self._unlink(keys.of_articles(p))]

    def _unlink(self, patterns: Sequence[str]) -> int:
        found = [key for name in patterns for key in self.redis.scan_iter(match=name, count=5000)]
        return sum(self.redis.unlink(key) for key in found)

    def states(self, shoppers: Sequence[tuple[int, Collection[str]]]) -> list[list[bytes | None]]:
        """The packed states of partitions' shoppers: one MGET a partition, one round trip."""
        commands = [("MGET", *keys.states(of, names)) for of, names in shoppers if names]
        found = iter(execute(*commands, on=self.redis))
        return [next(found) if names else [] for _, names in shoppers]

    def apply(self, effects: Sequence[Effect]) -> list[bool]:
        """Write each partition's batch and its next offset; False where it was refused."""
        scripts = [
            ("EVALSHA", self.sha, len(names), *names, *values)
            for names, values in (effect.arguments() for effect in effects)
        ]
        return [reply == 1 for reply in execute(*scripts, on=self.redis)]

    def _each(self, command: str, names: Sequence[str]) -> list[Any]:
        return execute(*((command, name) for name in names), on=self.redis)
