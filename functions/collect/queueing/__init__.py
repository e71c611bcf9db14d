"""A plan handed to a queue in batches, each worked off alone."""
