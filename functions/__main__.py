"""The command line: ``kiprah`` or ``python -m functions``. See ``commands/``."""

from __future__ import annotations

from functions.commands import cli


def main() -> None:
    """The console script."""
    cli()


if __name__ == "__main__":
    main()
