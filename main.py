"""The deployable: the entry points, under their own names."""

from functions.check.entrypoint import check_satker
from functions.collect.entrypoint import collect
from functions.connect.entrypoint import connect
from functions.listen.entrypoint import listen
from functions.publish.documents.entrypoint import documents
from functions.publish.entrypoint import publish
from functions.score.entrypoint import check_contest, score

__all__ = [
    "check_contest",
    "check_satker",
    "collect",
    "connect",
    "documents",
    "listen",
    "publish",
    "score",
]
