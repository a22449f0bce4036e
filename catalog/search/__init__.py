"""Search: a query is parsed (understanding), matched against the facet index, and ranked."""
