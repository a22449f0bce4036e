"""Experiments: which strategy serves a shopper, and which one serves shoppers better."""
