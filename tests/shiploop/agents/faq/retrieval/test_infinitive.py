"""A question that conjugates its verb is the heading that has it in the infinitive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.headings import Headings, Named
from shiploop.agents.faq.retrieval.infinitive import in_infinitive
from shiploop.agents.faq.retrieval.sections import split_sections


def finds(heading: str, question: str) -> bool:
    return isinstance(
        Headings(split_sections("a.md", f"# {heading}\n\nText.\n")).find(question), Named
    )


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("Wie installiere ich den Server?", "Server installieren"),
        ("Wie installiert man den Server?", "Server installieren"),
        ("Wie installieren wir den Server?", "Den Server installieren"),
        ("Wie man den Server installiert", "Server installieren"),
        ("Wie lege ich eine Sicherung an?", "Eine Sicherung anlegen"),
        ("Wie richtet man den Drucker ein?", "Drucker einrichten"),
        ("Wie setze ich das Passwort zurück?", "Passwort zurücksetzen"),
        ("Wie ändere ich den Namen?", "Namen ändern"),
        ("Wie ändert man den Namen?", "Namen ändern"),
        ("Wie wechsle ich den Schlüssel?", "Schlüssel wechseln"),
        ("Wie verschlüsselt man Dateien?", "Dateien verschlüsseln"),
        ("Wie lösche ich alte Dateien auf Windows?", "Alte Dateien auf Windows löschen"),
        ("Wie stelle ich die Uhr?", "Die Uhr stellen"),
        ("Wie lässt sich der Server installieren?", "Server installieren"),
        ("Comment est-ce que j'installe le serveur ?", "Installer le serveur"),
        ("Comment installe-t-on le serveur ?", "Installer le serveur"),
        ("Comment j’installe le serveur ?", "Installer le serveur"),
        ("Comment installez-vous le serveur ?", "Installer le serveur"),
        ("Comment on définit une règle ?", "Définir une règle"),
        ("¿Cómo instalo el servidor?", "Instalar el servidor"),
        ("¿Cómo se instala el servidor?", "Instalar el servidor"),
        ("Como instalo el servidor", "Instalar el servidor"),
        ("¿Cómo añado un usuario?", "Añadir un usuario"),
        ("¿Cómo muestro la lista?", "Mostrar la lista"),
        ("¿Cómo cierro la sesión?", "Cerrar la sesión"),
        ("Como instalo o servidor?", "Instalar o servidor"),
        ("Come installo il server?", "Installare il server"),
        ("Come si installa il server?", "Installare il server"),
    ],
)
def test_the_verb_is_told(question: str, heading: str) -> None:
    assert finds(heading, question)


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("Wie lege ich eine Sicherung ab?", "Eine Sicherung anlegen"),
        ("Wie lege ich eine Sicherung an?", "Eine Sicherung legen"),
        ("Wie lösche ich den Server?", "Server installieren"),
        ("Warum installiere ich den Server?", "Server installieren"),
        ("Wie oft installiere ich den Server?", "Server installieren"),
        ("Wie installiere ich den Server nicht?", "Server installieren"),
        ("Comment j'enlève le serveur ?", "Installer le serveur"),
        ("¿Cómo instalo el cliente?", "Instalar el servidor"),
        ("¿Cuándo instalo el servidor?", "Instalar el servidor"),
    ],
)
def test_another_verb_prefix_or_way_of_asking_is_another_question(
    question: str, heading: str
) -> None:
    assert not finds(heading, question)


@given(st.text(max_size=120))
def test_any_text_has_few_readings_and_none_is_empty(text: str) -> None:
    found = in_infinitive(text)
    assert len(found) <= 10
    assert all(each.strip() for each in found)
