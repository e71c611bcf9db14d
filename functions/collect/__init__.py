"""Reading the five platforms: finding posts, sampling their counters."""

import sys
from types import ModuleType
from typing import cast

# httpx brings a command line along, and with it half a second of colours and highlighting wherever
# rich happens to be installed, as it is here for our own; it does without what cannot be imported.
# This file is read before any other of the room.
sys.modules.setdefault("httpx._main", cast("ModuleType", None))
