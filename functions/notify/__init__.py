"""Notices: what units and webhooks are told, once, by mail or by a call."""
