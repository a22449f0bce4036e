"""What the files say about themselves: rejects beyond reason, odd prices, data quality."""
