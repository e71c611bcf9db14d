"""Stored consents and Page tokens, sealed with the token key."""
