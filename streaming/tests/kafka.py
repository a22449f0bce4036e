"""Reading a topic in a test."""

import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

from streaming import kafka
from streaming.kafka import topics


def messages(topic: str, count: int, patience_s: float = 180.0) -> list[Message]:
    """The topic's first messages, partition by partition in order; at least `count` of them."""
    consumer = Consumer(kafka.consumer("tests"))
    found = topics.admin().list_topics(topic, timeout=5).topics[topic]
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in found.partitions])
    got: list[Message] = []
    deadline = time.monotonic() + patience_s
    while len(got) < count and time.monotonic() < deadline:
        got += [m for m in consumer.consume(1000, 0.2) if m.error() is None]
    consumer.close()
    assert len(got) >= count, f"{len(got)} messages of {count} came"
    return sorted(got, key=lambda m: (m.partition(), m.offset()))


def everything(topic: str) -> list[bytes]:
    """The value of each message that the topic has now."""
    partitions = topics.admin().list_topics(topic, timeout=5).topics[topic].partitions
    return [m.value() or b"" for m in kafka.messages(topic, len(partitions))]


def watermarks(consumer: Consumer, topic: str) -> dict[int, tuple[int, int]]:
    """The first offset of each partition, and the one after its last."""
    found = consumer.list_topics(topic, timeout=5).topics[topic]
    return {
        p: consumer.get_watermark_offsets(TopicPartition(topic, p), 10) for p in found.partitions
    }
