"""One HTTP client for all that tests ask of this machine.

`httpx.get` makes a client and its TLS context anew, for 20 ms of CPU each time: a test that waits
would keep a core busy with that. No connection is kept: servers are stopped and started again.
"""

import ssl
from typing import Final

import httpx

# For whoever needs a client of its own.
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

loopback: Final = httpx.Client(
    limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, verify=NO_TLS
)
