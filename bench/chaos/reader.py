"""Somebody who looks at the dashboard, without a browser: as its page does, over the websocket."""

from typing import Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dashboard.app import PATHS

_TIMEOUT_S: Final = 30.0
_PROTOCOL: Final = Subprotocol("streamlit")


def read_all_pages(dashboard_url: str) -> None:
    """Open each page until it is drawn, and close it again. Raises TimeoutError."""
    for path in PATHS:
        _read(dashboard_url, path.removeprefix("/"))


def _read(dashboard_url: str, page: str) -> None:
    address = f"{dashboard_url.replace('http', 'ws', 1)}/_stcore/stream"
    origin = Origin(dashboard_url)
    with connect(address, origin=origin, subprotocols=[_PROTOCOL], max_size=None) as told:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        told.send(asked.SerializeToString())
        answer = ForwardMsg()
        while answer.WhichOneof("type") != "script_finished":
            answer.ParseFromString(told.recv(timeout=_TIMEOUT_S))
