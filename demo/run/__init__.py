"""The whole shop on one machine: services, data, training, processes, and a check of it all."""
