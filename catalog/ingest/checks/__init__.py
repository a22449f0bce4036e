"""Checks on the files: too many rejects, suspicious prices, data quality."""
