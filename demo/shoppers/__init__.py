"""Simulated shoppers with tastes of their own, who use the real shop over HTTP."""
