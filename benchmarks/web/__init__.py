"""Pages: server time, simulated shoppers, Lighthouse."""
