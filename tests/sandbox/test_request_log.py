"""The log of calls keeps the newest of them, however long the sandbox lives."""

from datetime import UTC, datetime

from sandbox.request_log import LoggedRequest, RequestLog


def test_the_newest_ten_thousand_calls_are_kept() -> None:
    log = RequestLog()
    for number in range(10_002):
        log.add(LoggedRequest(str(number), 200, 1.0, None, datetime.now(UTC)))
    kept = log.requests()
    assert (len(kept), kept[0].operation, kept[-1].operation) == (10_000, "2", "10001")
