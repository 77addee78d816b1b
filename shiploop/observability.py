"""Logs: one JSON object a line, to stderr, with the trace they belong to and without secrets."""

import json
import logging
import re
import sys
import threading
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

_NOISY = ("httpx", "httpcore", "httpx2", "httpcore2", "openai")
_REDACTED = "[redacted]"
_SHORTEST_SECRET = 6  # hiding a shorter one would leave nothing of the log

_trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# What looks like a secret, whoever it belongs to. Group 1, where there is one, stays.
_SECRET_LOOKS = (
    # RFC 7468: a PEM block, also one that was cut off or has its line breaks escaped.
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    # https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    r"\bgh[pousr]_\w{16,}",
    r"\bgithub_pat_\w{16,}",
    r"\bsk-[\w-]{16,}",
    r"\bxox[a-z]-[\w-]{10,}",
    r"(https://hooks\.slack\.com/)[\w/-]+",
    # RFC 7519: a JWT. Looked for once in each run of its characters: a log may hold any text.
    r"(?<![\w-])(?=[\w-]+\.[\w-]+\.[\w-])([\w-]*?)\beyJ[\w-]+\.[\w-]+\.[\w-]+",
    r"((?i:authorization|x-api-key|cookie)['\"]?\s*[:=,]\s*(?:b?['\"])?"
    r"(?:(?i:basic|bearer|token)\s+)?)[^\s'\",}]+",
    r"(?i:\b(?:basic|bearer))\s+[\w.~+/=-]{12,}",  # RFC 7617, RFC 6750
    r"((?i:token|secret|password|api_?key|private_?key)['\"]?\s*[:=]\s*(?:b?['\"])?)[^\s'\",;&})]+",
    r"(://[^\s/:@]*:)[^\s/@]+(?=@)",  # RFC 3986, 3.2.1: the password in a URL
)
_LOOKS_SECRET = re.compile("|".join(_SECRET_LOOKS), re.DOTALL)


@contextmanager
def bound_trace(task_id: str) -> Iterator[None]:
    """Log every line of the block with this `trace_id`, and of threads that copy the context."""
    token = _trace_id.set(task_id)
    try:
        yield
    finally:
        _trace_id.reset(token)


@contextmanager
def bound_request(request_id: str) -> Iterator[None]:
    """Log every line of the block with this `request_id`."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def configure_logging(process: str, secrets: Iterable[str] = ()) -> None:
    """Log from INFO on to stderr, this process' warnings and uncaught exceptions included.

    `secrets` are the values that must never be seen; what looks like a secret is hidden
    too. Handlers that other libraries have put on their loggers to write to a terminal
    are removed, so that each line is written once. To be called first of all, and again
    when the secrets are known.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(process, Redactor(secrets)))
    for name in list(logging.root.manager.loggerDict):
        _write_through_root(logging.getLogger(name))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # Who has put a hook of his own there since (Sentry) calls ours from it.
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _log_uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _log_uncaught_in_thread


class Redactor:
    """Hides secrets in text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def redact(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(_REDACTED, text)
        return _LOOKS_SECRET.sub(_hide, text)


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def __init__(self, process: str, redactor: Redactor) -> None:
        super().__init__()
        self._process = process
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line = {
            "time": _iso_us(record.created),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": self._redactor.redact(record.getMessage()),
            "trace_id": _trace_id.get(),
            "request_id": _request_id.get(),
            "exception": self._exception(record),
        }
        told = {name: value for name, value in line.items() if value is not None}
        return json.dumps(told, ensure_ascii=False)

    def _exception(self, record: logging.LogRecord) -> str | None:
        parts = []
        if record.exc_info:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return self._redactor.redact("\n".join(parts)) if parts else None


def _forms(secret: str) -> Iterator[str]:
    """A secret as it stands, in a URL, and quoted in JSON or by `repr`."""
    if len(secret) >= _SHORTEST_SECRET:
        yield secret
        yield urllib.parse.quote(secret, safe="")
        yield json.dumps(secret)[1:-1]
        yield repr(secret)[1:-1]


def _hide(match: re.Match[str]) -> str:
    kept = next((group for group in match.groups() if group is not None), "")
    return f"{kept}{_REDACTED}"


def _iso_us(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="microseconds")


def _write_through_root(logger: logging.Logger) -> None:
    for handler in list(logger.handlers):
        if isinstance(handler, logging.StreamHandler) and handler.stream in (
            sys.stderr,
            sys.stdout,
        ):
            logger.removeHandler(handler)
            logger.propagate = True


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger(__name__).critical(
            "uncaught exception", exc_info=(kind, error, traceback)
        )


def _log_uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    if uncaught.exc_value is not None:
        _log_uncaught(uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)
