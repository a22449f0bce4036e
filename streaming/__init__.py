"""Events through Kafka into features in Redis."""
