"""The deployable: the entry points, under their own names."""

from functions.collect.entrypoint import collect
from functions.connect.entrypoint import connect
from functions.publish.entrypoint import publish
from functions.score.entrypoint import score

__all__ = ["collect", "connect", "publish", "score"]
