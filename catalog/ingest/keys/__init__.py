"""Customer and article keys: which are assigned, and how a column of ids finds them."""
