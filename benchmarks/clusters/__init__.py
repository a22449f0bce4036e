"""Several brokers on this machine."""
