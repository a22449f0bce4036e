"""The stream worker's side of the store: a batch and its fence, both or neither."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from streaming import keys
from streaming.connection import available
from streaming.features import trends
from streaming.features.registry import CO_VIEWS, STATE_TTL_S, TREND_TTL_S

# Outlives all features: were a fence to go first, the log would be applied to them once more.
FENCE_TTL_S: Final = 2 * STATE_TTL_S
NO_FENCE: Final = -1

# KEYS: fence, epochs, then states, keys to drop, sums to add to, and for each pair of views a
# sketch. ARGV: the offset expected and the next one, the three TTLs, the partition's epochs, how
# many states, drops and sums there are, the sketches' bound, then the states' values, for each sum
# a command, the number of its arguments and these, and for each pair the other article.
# A full sketch gives its smallest place, with its count, to the newcomer (space-saving: Metwally,
# Agrawal, El Abbadi, ICDT 2005). Returns 1, or 0 where the fence stands elsewhere: somebody else,
# or this batch, was here before.
APPLY: Final = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') ~= tonumber(ARGV[1]) then return 0 end
local states, drops, sums = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
for i = 1, states do redis.call('SET', KEYS[2 + i], ARGV[10 + i], 'EX', ARGV[3]) end
local key, at = 2 + states, 11 + states
for i = 1, drops do redis.call('UNLINK', KEYS[key + i]) end
key = key + drops
for i = 1, sums do
  local command, last = ARGV[at], at + 1 + tonumber(ARGV[at + 1])
  for j = at + 2, last, 2 do redis.call(command, KEYS[key + i], ARGV[j], ARGV[j + 1]) end
  redis.call('EXPIRE', KEYS[key + i], ARGV[5])
  at = last + 1
end
for i = key + sums + 1, #KEYS do
  local sketch, other = KEYS[i], ARGV[at]
  if redis.call('ZADD', sketch, 'XX', 'INCR', 1, other) == false then
    local count = 1
    if redis.call('ZCARD', sketch) >= tonumber(ARGV[10]) then
      count = redis.call('ZPOPMIN', sketch)[2] + 1
    end
    redis.call('ZADD', sketch, count, other)
    redis.call('EXPIRE', sketch, ARGV[5])
  end
  at = at + 1
end
if ARGV[6] ~= '' then redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[4]) end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
return 1
"""


@dataclass(frozen=True)
class Effect:
    """What one partition's batch does to the store. `expected` is where the fence must stand."""

    partition: int
    topic_id: str
    expected: int
    following: int
    states: dict[str, bytes]  # by shopper
    trends: trends.Increments
    index_groups: frozenset[int]

    def arguments(self) -> tuple[list[str], list[Any]]:
        """KEYS and ARGV of the script."""
        of, kept = self.partition, ",".join(map(str, self.trends.kept))
        drops, added = self._drops(), self._added()
        pairs = [pair for a, b in self.trends.pairs for pair in ((a, b), (b, a))]
        names = [keys.fence(of, self.topic_id), keys.epochs(of)]
        names += [keys.state(shopper) for shopper in self.states]
        names += drops + [name for name, _, _ in added]
        names += [keys.co_views(of, article) for article, _ in pairs]
        values: list[Any] = [self.expected, self.following, STATE_TTL_S, FENCE_TTL_S, TREND_TTL_S]
        values += [kept, len(self.states), len(drops), len(added), CO_VIEWS.bound]
        values += self.states.values()
        for _, command, amounts in added:
            values += (command, len(amounts), *amounts)
        values += [other for _, other in pairs]
        return names, values

    def _drops(self) -> list[str]:
        of, dropped = self.partition, self.trends.dropped
        groups = sorted(self.index_groups)
        names = [keys.trend(of, epoch, group) for epoch in dropped for group in groups]
        return names + [keys.counts(of, epoch) for epoch in dropped]

    def _added(self) -> list[tuple[str, str, list[int]]]:
        """Key, command, and the command's pairs of arguments one after the other."""
        of, more = self.partition, self.trends
        made = [
            (keys.trend(of, *place), "ZINCRBY", [x for a, n in sums.items() for x in (n, a)])
            for place, sums in more.sums.items()
        ]
        made += [
            (keys.counts(of, epoch), "HINCRBY", [x for pair in sums.items() for x in pair])
            for epoch, sums in more.counts.items()
        ]
        return made


class Writer:
    """The stream worker's side of the store. Every method may raise StoreUnavailable.

    `fences` comes first: it also hands Redis the script that `apply` runs.
    """

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.sha = ""

    def fences(self, topic_id: str, partitions: Sequence[int]) -> dict[int, int]:
        """Where each partition goes on; NO_FENCE where nothing of this topic was applied yet."""
        with available():  # a Redis that was started anew has forgotten the script
            self.sha = self.redis.script_load(APPLY)
        values = self._each("GET", [keys.fence(p, topic_id) for p in partitions])
        return {
            p: NO_FENCE if value is None else int(value)
            for p, value in zip(partitions, values, strict=True)
        }

    def epochs(self, partitions: Sequence[int]) -> dict[int, list[int]]:
        """The epochs whose trends each partition keeps, last touched last."""
        values = self._each("GET", [keys.epochs(p) for p in partitions])
        return {
            p: [int(epoch) for epoch in value.split(b",")] if value else []
            for p, value in zip(partitions, values, strict=True)
        }

    def states(self, shoppers: Sequence[Sequence[str]]) -> list[list[bytes | None]]:
        """The packed states of each partition's shoppers: one MGET a partition, one round trip."""
        asked = [of_partition for of_partition in shoppers if of_partition]
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for of_partition in asked:
                # Not mget(): a cluster's pipeline refuses that, though the keys share a slot.
                pipeline.execute_command("MGET", *map(keys.state, of_partition))
            found = iter(pipeline.execute() if asked else [])
        return [next(found) if of_partition else [] for of_partition in shoppers]

    def apply(self, effects: Sequence[Effect]) -> list[bool]:
        """Write each partition's batch and move its fence on; False where it was refused."""
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for effect in effects:
                names, values = effect.arguments()
                pipeline.execute_command("EVALSHA", self.sha, len(names), *names, *values)
            return [reply == 1 for reply in pipeline.execute()]

    def _each(self, command: str, names: Sequence[str]) -> list[Any]:
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.execute_command(command, name)
            replies: list[Any] = pipeline.execute()
            return replies
