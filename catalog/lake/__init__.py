"""The sales as files for engines beside the database."""
