"""A key is the same key, however an environment variable or a file holds its lines."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from shiploop.clients.github.app_key import read_app_key


@pytest.fixture(scope="module", params=["PKCS8", "TraditionalOpenSSL"])
def pem(request: pytest.FixtureRequest, app_key: rsa.RSAPrivateKey) -> str:
    return app_key.private_bytes(
        serialization.Encoding.PEM,
        getattr(serialization.PrivateFormat, request.param),
        serialization.NoEncryption(),
    ).decode()


def forms(pem: str) -> dict[str, str]:
    encoded = base64.b64encode(pem.encode()).decode()
    return {
        "as it is": pem,
        "without its last line end": pem.rstrip(),
        "with Windows' line ends": pem.replace("\n", "\r\n"),
        "in one line": pem.replace("\n", "\\n"),
        "in one line, in quotes": '"' + pem.replace("\n", "\\n") + '"',
        "in one line with blanks": pem.replace("\n", " ").strip(),
        "indented, as YAML may leave it": pem.replace("\n", "\n    "),
        "in base64": encoded,
        "in base64 by lines": "\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76)),
    }


@pytest.mark.parametrize("form", forms(""))
def test_each_form_is_the_same_key(pem: str, form: str) -> None:
    assert read_app_key(forms(pem)[form]) == pem


@given(st.text(max_size=200))
def test_what_is_no_key_is_left_for_the_error_to_name(text: str) -> None:
    assert read_app_key(text) == text
