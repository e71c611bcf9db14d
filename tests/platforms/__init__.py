"""Stand-in platforms: the five official APIs over a seeded world, on loopback.

The collector speaks to them exactly as it speaks to the official hosts, so `make demo`
and the tests need neither the internet nor a single credential. What they answer, and what
they refuse, follows the official documentation of each platform.
"""
