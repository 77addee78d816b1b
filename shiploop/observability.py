"""Logs: one line an event, to stderr."""

import logging

_NOISY = ("httpx", "httpcore")


def configure_logging(process: str) -> None:
    """Log from INFO on, each line with the name of the process."""
    logging.basicConfig(
        level=logging.INFO, format=f"%(asctime)s {process} %(levelname)s %(message)s", force=True
    )
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
