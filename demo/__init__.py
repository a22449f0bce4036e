"""Everything that stands in for the real world: services, data, pictures, shoppers, the demo."""
