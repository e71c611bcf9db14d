"""One `kiprah` command in this process, and then the most memory that it took.

    python -m tests.bench.peak collect --now 2026-10-02T17:00:00Z

The last line on stderr is the peak in kB, of this process alone: the value that the system hands
to a parent also covers what the parent was when it started its child.
"""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

from functions.__main__ import main


def peak() -> int:
    """The largest resident set of this process so far, in kB."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        if found:
            return int(found[1])
    spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return spent // 1024 if sys.platform == "darwin" else spent


if __name__ == "__main__":
    try:
        main()
    finally:
        sys.stderr.write(f"{peak()}\n")
