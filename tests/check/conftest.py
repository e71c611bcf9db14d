"""A served world and an agency that reads it, as for collecting."""

from tests.collect.conftest import _retries_do_not_wait, agency, asked, server, settings, world

__all__ = ["_retries_do_not_wait", "agency", "asked", "server", "settings", "world"]
