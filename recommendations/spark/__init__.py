"""Training on Apache Spark: the same pure functions, called part by part on a cluster."""
