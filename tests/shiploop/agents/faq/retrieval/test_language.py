import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.language import Language, language_of, understands


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I export my data?", Language.ENGLISH),
        ("Was ist Redis?", Language.GERMAN),
        ("Wie funktioniert der Rollback?", Language.GERMAN),
        ("Comment fonctionne le rollback ?", Language.FRENCH),
        ("¿Cómo exporto mis datos?", Language.SPANISH),
        ("Come si configura Slack?", Language.ITALIAN),
        ("O que é o merge freeze?", Language.PORTUGUESE),
        ("Hoe werkt de queue?", Language.DUTCH),
        ("Rollback", Language.ALPHABETIC),
        ("worker heartbeat interval", Language.ALPHABETIC),
        ("", Language.ALPHABETIC),
        ("42", Language.ALPHABETIC),
        ("Phase 10 是什麼？", Language.HAN),
        ("如何檢查 Vercel 部署狀態？", Language.HAN),
        ("システムのアーキテクチャは？", Language.JAPANESE),
        ("人の承認を待つモードはありますか？", Language.JAPANESE),
        ("배포 상태를 확인하려면?", Language.KOREAN),
        (
            "The API is described here; in Chinese it is 提出問題, in many words.",
            Language.ENGLISH,
        ),
        ("`告警規則` is code, and so is\n```\n告警規則告警規則\n```\n", Language.ENGLISH),
    ],
)
def test_a_text_is_told_by_its_characters(text: str, language: Language) -> None:
    assert language_of(text) is language


def test_characters_alone_may_be_asked_in_japanese_too() -> None:
    assert understands(Language.HAN, Language.JAPANESE)
    assert not understands(Language.JAPANESE, Language.HAN)
    assert not understands(Language.ENGLISH, Language.HAN)


def test_a_text_that_nothing_gives_away_is_understood_by_all_that_write_in_letters() -> None:
    assert understands(Language.ALPHABETIC, Language.GERMAN)
    assert understands(Language.GERMAN, Language.ALPHABETIC)
    assert not understands(Language.GERMAN, Language.ENGLISH)


@given(st.text())
def test_every_text_has_a_language_that_it_understands(text: str) -> None:
    assert understands(language_of(text), language_of(text))
