"""What shoppers did, in machine code: recents, tastes, counts in time, sessions.

Packed they take two thirds of what they take as maps of MessagePack, and adding to them a tenth of
the time that it takes in Python.
"""
