"""The whole shop on one machine: services, data, training, processes, and checks of it all."""
