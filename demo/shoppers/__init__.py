"""Simulated shoppers with a taste of their own, who use the real shop over HTTP."""
