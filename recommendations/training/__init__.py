"""Training: pure functions from catalogue and sales to the arrays of a bundle.

`load` reads PostgreSQL and `run` writes the bundle; everything else is free of I/O.
"""
