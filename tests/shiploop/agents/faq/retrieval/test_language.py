from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.language import (
    Language,
    is_answered_in,
    language_of,
    understands,
)

QUESTIONS = Path(__file__).parents[5] / "bench" / "language_questions.yaml"
LEFT_TO_CHANCE = 4  # of 62


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I rotate the keys?", Language.ENGLISH),
        ("Was ist Redis?", Language.GERMAN),
        ("Wie funktioniert der Rollback?", Language.GERMAN),
        ("Comment fonctionne le rollback ?", Language.FRENCH),
        ("¿Cómo exporto mis datos?", Language.SPANISH),
        ("Come si configura Slack?", Language.ITALIAN),
        ("O que é o merge freeze?", Language.PORTUGUESE),
        ("Hoe werkt de queue?", Language.DUTCH),
        ("", Language.ALPHABETIC),
        ("42", Language.ALPHABETIC),
        ("Как настроить кэш?", Language.ALPHABETIC),
        ("Phase 10 是什麼？", Language.HAN),
        ("如何檢查 Vercel 部署狀態？", Language.HAN),
        ("システムのアーキテクチャは？", Language.JAPANESE),
        ("人の承認を待つモードはありますか？", Language.JAPANESE),
        ("배포 상태를 확인하려면?", Language.KOREAN),
        (
            "The API is described here; in Chinese it is 提出問題, in many words.",
            Language.ENGLISH,
        ),
        ("`告警規則` is what is in the code\n```\n告警規則告警規則\n```\n", Language.ENGLISH),
    ],
)
def test_a_text_is_told_by_its_characters_and_words(text: str, language: Language) -> None:
    assert language_of(text) is language


@pytest.mark.parametrize(
    ("text", "among", "language"),
    [
        ("limit requests per second per IP", {Language.ENGLISH}, Language.ENGLISH),
        ("Cache leeren", {Language.GERMAN, Language.ENGLISH}, Language.GERMAN),
        ("Comment vider le cache ?", {Language.ENGLISH}, Language.FRENCH),
        ("環境設定", {Language.JAPANESE, Language.ENGLISH}, Language.JAPANESE),
        ("環境設定", {Language.HAN, Language.JAPANESE}, Language.HAN),
    ],
)
def test_of_few_words_it_helps_to_know_which_languages_there_are(
    text: str, among: set[Language], language: Language
) -> None:
    assert language_of(text, among) is language


def test_short_questions_are_told_apart_that_were_written_before() -> None:
    asked = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    codes = {"zh": Language.HAN}
    wrong = [
        (text, found)
        for code, texts in asked.items()
        for text in texts
        for wanted in [codes.get(code) or Language(code)]
        for found in [language_of(text, {wanted, Language.ENGLISH})]
        if found is not wanted
    ]
    assert len(wrong) <= LEFT_TO_CHANCE, wrong


def test_an_answer_is_in_the_language_of_its_question() -> None:
    english = "Use the directive to limit how many requests are allowed each second."
    assert is_answered_in("limit requests per second per IP", english)
    assert not is_answered_in("Comment vider le cache ?", english)


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
