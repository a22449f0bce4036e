"""Search: what was typed is read (understanding), matched with the facet index and ranked."""
