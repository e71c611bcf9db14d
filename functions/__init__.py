"""Kiprah: open monthly rankings of the social media of an agency's work units."""

__version__ = "0.1.0"
