"""Training: time, memory, engines, and what it recovers."""
