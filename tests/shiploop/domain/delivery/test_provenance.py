from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.change import content_hash
from shiploop.domain.delivery.provenance import (
    Claim,
    is_of_version_before,
    sign,
    signature_holds,
)
from tests.builders import TASK_ID, a_proposal

CLAIM = Claim(TASK_ID, "acme/docs", "0" * 64, content_hash(a_proposal()))
KEY = b"a key"


def test_our_own_signature_holds() -> None:
    assert signature_holds([KEY], CLAIM, sign(KEY, CLAIM))


@pytest.mark.parametrize(
    "change",
    [
        {"task_id": "another"},
        {"repository": "acme/other"},
        {"dedupe_key": "1" * 64},
        {"content_hash": content_hash(a_proposal("Another question?"))},
    ],
)
def test_a_signature_copied_to_another_claim_does_not_hold(change: dict[str, str]) -> None:
    assert not signature_holds([KEY], replace(CLAIM, **change), sign(KEY, CLAIM))


def test_a_signature_by_another_key_does_not_hold() -> None:
    assert not signature_holds([KEY], CLAIM, sign(b"another key", CLAIM))


@given(st.text())
def test_no_other_text_is_a_signature(signature: str) -> None:
    assert not signature_holds([KEY], CLAIM, signature)


def test_fields_cannot_be_shifted_into_one_another() -> None:
    shifted = replace(CLAIM, task_id=f"{TASK_ID}acme", repository="/docs")
    assert sign(KEY, shifted) != sign(KEY, CLAIM)


def test_after_the_key_was_changed_what_the_old_one_signed_still_holds() -> None:
    signed_before = sign(b"the old key", CLAIM)
    assert signature_holds([KEY, b"the old key"], CLAIM, signed_before)
    assert not signature_holds([KEY], CLAIM, signed_before)
    assert not signature_holds([], CLAIM, signed_before)


def test_what_the_version_before_has_signed_is_told_from_ours() -> None:
    assert is_of_version_before(f"v1:{'0' * 64}")
    assert not is_of_version_before(sign(KEY, CLAIM))
    assert not is_of_version_before("")
