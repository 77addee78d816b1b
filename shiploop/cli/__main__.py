"""Begins the `shiploop` command: Ctrl-C shows no traceback, even while the command is loaded."""

import sys


def main() -> None:
    """Run the command that the arguments name."""
    try:
        from shiploop.cli.main import main as shiploop
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)
    shiploop()


if __name__ == "__main__":
    main()
