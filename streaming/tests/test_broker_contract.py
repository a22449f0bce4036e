"""What the stream needs of a broker: on the embedded one, and on Apache Kafka (make test-kafka)."""

import time
import uuid
from contextlib import closing
from itertools import chain

import pytest
from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.cimpl import NewPartitions, NewTopic
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article
from streaming import clock, connection, dead_letters, kafka, keys
from streaming.events.actions import Action
from streaming.events.schema import Event, View, decode, encode
from streaming.events.spans import DAY_MS
from streaming.features import store as read
from streaming.kafka import topics
from streaming.partitions import home_of, partition_of
from streaming.producers.acknowledged import Sender, dead_letter, outgoing
from streaming.tests.fixtures import delete
from streaming.tests.kafka import messages
from streaming.tests.running import running, send
from streaming.tests.servers import eventually
from streaming.tests.traffic import START, traffic

pytestmark = pytest.mark.kafka_contract
ARTICLES = [108775015, 108775044]
PATIENCE_S = 180.0


def member(group: str, topic: str) -> Consumer:
    consumer = Consumer({**kafka.consumer(group), "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    return consumer


def take(consumers: list[Consumer], count: int) -> list[list[Message]]:
    """What each gets, until they have `count` messages together."""
    got: list[list[Message]] = [[] for _ in consumers]
    deadline = time.monotonic() + PATIENCE_S
    while sum(map(len, got)) < count and time.monotonic() < deadline:
        for place, consumer in enumerate(consumers):
            got[place] += [m for m in consumer.consume(500, 0.1) if m.error() is None]
    assert sum(map(len, got)) >= count
    return got


def fill(count: int, seed: int = 1) -> None:
    made = traffic(count, ARTICLES, seed=seed)
    assert Sender().send([outgoing(encode(event)) for event in made]) == []


@pytest.fixture
def group() -> str:
    return f"test-{uuid.uuid4().hex[:8]}"


def test_a_topic_is_made_once_and_known_by_its_id(log: str) -> None:
    first = topics.topic_id()
    assert first
    assert topics.ensure() == first
    found = topics.admin().list_topics(log, timeout=5).topics[log]
    assert len(found.partitions) == settings.KAFKA_PARTITIONS


def test_a_topic_made_anew_has_another_id_and_is_empty(log: str) -> None:
    fill(10)
    first = topics.topic_id()
    delete(log)
    deadline = time.monotonic() + PATIENCE_S
    while topics.topic_id() is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert topics.ensure() != first
    fill(5)
    assert len(messages(log, 5)) == 5


def test_a_topic_that_a_broker_made_too_small_is_brought_to_size(
    log: str, settings: LazySettings
) -> None:
    settings.KAFKA_TOPIC = f"{log}.small"
    small = NewTopic(settings.KAFKA_TOPIC, num_partitions=4, replication_factor=1)
    client = topics.admin()
    client.create_topics([small])[settings.KAFKA_TOPIC].result(10)
    topics.ensure()
    found = topics.admin().list_topics(settings.KAFKA_TOPIC, timeout=5)
    assert len(found.topics[settings.KAFKA_TOPIC].partitions) == settings.KAFKA_PARTITIONS
    delete(settings.KAFKA_TOPIC)
    settings.KAFKA_TOPIC = log


def test_a_topic_with_more_partitions_than_expected_is_taken_as_it_is(
    log: str, settings: LazySettings
) -> None:
    settings.KAFKA_PARTITIONS = 2
    assert topics.ensure() == topics.topic_id()
    assert topics.size() == 6


def test_a_keys_messages_keep_their_order_in_the_keys_partition(log: str) -> None:
    made = traffic(2000, ARTICLES)
    sent = {event.id: place for place, event in enumerate(made)}
    assert Sender().send([outgoing(encode(event)) for event in made]) == []
    got = messages(log, 2000)
    for key in {(m.key() or b"").decode() for m in got}:
        of_key = [m for m in got if m.key() == key.encode()]
        assert {m.partition() for m in of_key} == {partition_of(key, settings.KAFKA_PARTITIONS)}
        order = [sent[decode(m.value() or b"").id] for m in of_key]
        assert order == sorted(order)


def test_the_librarys_own_choice_of_partition_is_ours(log: str) -> None:
    producer = Producer(kafka.producer(5000))
    keys = [f"c{number}" for number in range(1, 200)]
    for key in keys:
        producer.produce(log, b"x", key=key)
    assert producer.flush(10) == 0
    for message in messages(log, len(keys)):
        key = (message.key() or b"").decode()
        assert message.partition() == partition_of(key, settings.KAFKA_PARTITIONS)


def test_an_idempotent_producer_writes_each_message_once(log: str) -> None:
    fill(5000)
    assert len(messages(log, 5000)) == 5000


def test_a_groups_members_share_the_partitions_and_read_everything_once(
    log: str, group: str
) -> None:
    fill(600)
    members = [member(group, log), member(group, log)]
    deadline = time.monotonic() + PATIENCE_S
    early: list[Message] = []
    while any(len(m.assignment()) != 3 for m in members) and time.monotonic() < deadline:
        early += [x for m in members for x in m.consume(500, 0.1) if x.error() is None]
    assert [len(m.assignment()) for m in members] == [3, 3]
    fill(600, seed=2)
    got = take(members, 600)
    assert all(got)
    places = [(m.partition(), m.offset()) for m in [*early, *chain(*got)]]
    assert {p for p, _ in places} == set(range(6))
    for one in members:
        one.close()


def test_a_group_goes_on_at_its_committed_offsets(log: str, group: str) -> None:
    fill(300)
    first = member(group, log)
    got = take([first], 300)[0]
    ends: dict[int, int] = {}
    for message in got:
        ends[message.partition() or 0] = (message.offset() or 0) + 1
    first.commit(
        offsets=[TopicPartition(log, p, end) for p, end in ends.items()], asynchronous=False
    )
    first.close()
    fill(50, seed=2)
    second = member(group, log)
    assert len(take([second], 50)[0]) == 50
    second.close()


def test_an_offset_beyond_the_log_is_not_silently_reset(log: str) -> None:
    """Apache Kafka says so, the embedded broker has nothing: neither starts again elsewhere."""
    fill(10)
    consumer = Consumer(kafka.consumer("test"))
    consumer.assign([TopicPartition(log, 0, 1_000_000)])
    got = [m for _ in range(15) for m in consumer.consume(10, 0.2) if m.error() is None]
    consumer.close()
    assert got == []


def test_dead_letters_are_read_in_order_replayed_and_purged(log: str) -> None:
    event = encode(traffic(1, ARTICLES)[0])
    letters = [dead_letter(event, "it was down", log, 3, 7), dead_letter(b"junk", "no json", log)]
    assert Sender().send(letters) == []
    found = [letter for _, letter in dead_letters.dead_letters()]
    assert [(x.value, x.error, x.partition, x.offset) for x in found] == [
        (event, "it was down", 3, 7),
        (b"junk", "no json", -1, -1),
    ]
    assert dead_letters.replay({0}) == (1, 0)
    assert [m.value() for m in messages(log, 1)] == [event]
    with pytest.raises(CommandError, match="1 of the given numbers"):
        call_command("dead_letters", "replay", "5")
    dead_letters.purge()
    assert list(dead_letters.dead_letters()) == []


def test_a_group_that_is_forgotten_shares_its_partitions_again(log: str, group: str) -> None:
    fill(100)
    with closing(member(group, log)) as one:
        assert len(take([one], 1)[0]) > 0
        topics.forget_group(group)
        with closing(member(group, log)) as other:
            eventually(lambda: _share(one, other) == settings.KAFKA_PARTITIONS, "a share of each")


def _share(*members: Consumer) -> int:
    """How many partitions they have together, each of them some."""
    for one in members:
        one.consume(500, 0.1)
    shares = [len(one.assignment()) for one in members]
    return sum(shares) if all(shares) else 0


def _add_partitions(name: str, wanted: int) -> None:
    client = topics.admin()
    try:
        topics.answer(client.create_partitions([NewPartitions(name, wanted)])[name], 10)
    except KafkaException:
        pytest.skip("the embedded broker can't add partitions")


def _views(article: int, first: int) -> list[Event]:
    everybody = [f"c{n}" for n in range(1, 41)]
    return [
        View(id=f"{s}-{n}", shopper=s, ts=START + n * 1000, source="api", article=article)
        for s in everybody
        for n in range(first, first + 5)
    ]


@pytest.mark.django_db(transaction=True)
def test_partitions_added_while_two_workers_run_are_taken_up(log: str, store: None) -> None:
    clock.set_now(START + DAY_MS)
    article = make_article().pk
    with running() as one, running() as other:
        send(*_views(article, 0))
        eventually(lambda: _counted() == [5] * 40, "the first views")
        _add_partitions(log, 9)
        send(*_views(article, 5), partitioner="murmur2_random")
        eventually(lambda: _counted() == [10] * 40, "the views in the new partitions")
        eventually(lambda: bool(one.runtime.assignment.partitions), "a share of the partitions")
        shares = [one.runtime.assignment.partitions, other.runtime.assignment.partitions]
        assert sorted(chain(*shares)) == list(range(9))
    assert (one.error, other.error) == (None, None)
    assert list(dead_letters.dead_letters()) == []


def _counted() -> list[int]:
    return [read.snapshot(f"c{n}").state.counts.get(Action.VIEW, 0) for n in range(1, 41)]


@pytest.mark.django_db(transaction=True)
def test_a_position_beyond_the_end_of_the_log_stops_that_partition_alone(
    log: str, store: None
) -> None:
    """The broker lost what was read already, as after an unclean election of a leader."""
    clock.set_now(START + DAY_MS)
    article = make_article().pk
    _add_partitions(log, 7)
    with running() as worker:
        send(*_views(article, 0))
        eventually(lambda: _counted() == [5] * 40, "the first views")
        of = home_of("c1")
        connection.client().set(keys.fence(of, topics.ensure()), 10_000)
        eventually(lambda: of in worker.runtime.assignment.stopped, "the stop")
        assert "--source=log" in worker.runtime.assignment.stopped[of].reason
        for partition in range(settings.KAFKA_PARTITIONS):
            at_home = [e for e in _views(article, 5) if home_of(e.shopper) == partition]
            send(*at_home, partition=partition)
        there = [5 if home_of(f"c{n}") == of else 10 for n in range(1, 41)]
        eventually(lambda: _counted() == there, "the views of the other partitions")
    call_command("stream_positions", "reread", str(of))
    with running() as worker:
        eventually(lambda: _counted() == [10] * 40, "all views")
