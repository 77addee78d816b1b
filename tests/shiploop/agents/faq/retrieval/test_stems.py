import pytest

from shiploop.agents.faq.retrieval.language import Language
from shiploop.agents.faq.retrieval.stems import derived, inflected


@pytest.mark.parametrize(
    "forms",
    [
        "deploy deploys deployed deploying",
        "merge merges merged merging",
        "stop stops stopped stopping",
        "log logs logged logging",
        "category categories",
        "apply applies applied applying",
        "copy copies copied copying",
        "cache caches cached caching",
        "class classes",
        "address addresses",
        "box boxes",
        "speed speeds",
        "status",
        "string strings",
        "setting settings",
        "schema schemas",
        "attachment attachments",
    ],
)
def test_the_forms_of_a_word_say_the_same(forms: str) -> None:
    assert len({inflected(form) for form in forms.split()}) == 1
    assert len({derived(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "words",
    [
        "attached attachments",
        "deploy deployments",
        "create creation",
        "configure configuration",
        "install installation",
        "work workers",
    ],
)
def test_a_word_made_of_another_is_near_it_and_does_not_say_the_same(words: str) -> None:
    one, other = words.split()
    assert inflected(one) != inflected(other)
    assert derived(one) == derived(other)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (Language.GERMAN, "passwort passwörter"),
        (Language.FRENCH, "réinitialiser réinitialisez"),
        (Language.SPANISH, "registro registros"),
        (Language.ITALIAN, "utente utenti"),
        (Language.PORTUGUESE, "instalação instalações"),
        (Language.DUTCH, "instelling instellingen"),
    ],
)
def test_each_language_has_its_own_endings(language: Language, forms: str) -> None:
    assert len({inflected(form, language) for form in forms.split()}) == 1


def test_what_is_no_word_of_letters_stays_as_it_is() -> None:
    assert inflected("v1s") == derived("v1s") == "v1s"
    assert inflected("密碼") == derived("密碼") == "密碼"
