"""What merchandisers want of shelves: pin, boost, bury, exclude, cap. Data, not code."""
