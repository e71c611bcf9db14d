"""Reading the five platforms: finding posts, sampling their counters."""
