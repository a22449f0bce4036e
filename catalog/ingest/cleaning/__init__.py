"""Cleaning and validation of whole columns. Pure: a block of text columns in, typed columns out.

Each file's function returns the usable rows, the first reason against every other row, and how many
optional cells had to be emptied.
"""
