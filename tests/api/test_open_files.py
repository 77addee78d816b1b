import resource

import pytest

from api.open_files import look_at_open_files


def test_it_is_said_that_no_more_files_may_be_opened(caplog: pytest.LogCaptureFixture) -> None:
    look_at_open_files()
    assert caplog.messages == []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        look_at_open_files()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert caplog.messages == ["nobody who connects anew is served: Too many open files"]
