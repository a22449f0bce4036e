"""Cleaning and validation of whole columns. Pure: a block of text columns in, typed columns out.

Each file's function gives the usable rows, for every other row the first reason against it, and how
often a cell that may be empty had to be emptied.
"""
