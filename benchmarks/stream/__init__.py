"""Events from Kafka to features: throughput, delay, memory, outages."""
