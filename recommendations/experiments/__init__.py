"""Which of several ways to recommend serves a shopper, and which of them serves shoppers better."""
