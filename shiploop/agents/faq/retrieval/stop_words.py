"""Words that hold a sentence together, by language: they say nothing of what it is about."""

from functools import cache
from typing import Final

from shiploop.agents.faq.retrieval.language import Language

# And, in English, what says nothing in a question about a product's documentation.
_ENGLISH: Final = """
a about after all also an and any are as at be been before but by can could did do does each
explain for from happen happens had has have how i if in into is it its itself may me mean means
might my need no not of on or our please shall should so some such system take takes tell than that
the their them then there these they this those to up us use used uses using want was way we
were what when where whether which who why will with work working works would you your
"""
# They ask, or say how, and are said of anything: who asks so means what the rest says.
FILLERS: Final = """
able actually allowed command currently easily exactly existing get give given good listen meant
necessary needed one possible procedure really require right running same status way without
"""
_OTHERS: Final = {
    Language.GERMAN: "aber als am auf aus bei bin das dem den der des die ein eine einem einen"
    " einer es für gibt hat ich ihr im in ist kann man mein meine mich mit nach nicht oder"
    " sich sind und von wann warum was welche welcher wenn wer werden wie wir wird wo zu zum",
    Language.FRENCH: "au aux avec ce cette comment dans de des du elle en est et il ils je la"
    " le les ma mes mon nous on ou où par pas peut pour pourquoi puis qu quand que quel"
    " quelle quelles quels qui quoi sa se sont sur un une vous",
    Language.SPANISH: "al como con cual cuál cuáles cuando cuándo cuánto cómo de del donde"
    " dónde el en es esta este está la las lo los me mi mis no para por porque puedo qué que"
    " quién se si sin son su un una y",
    Language.ITALIAN: "al alla che chi come con cosa cos da dal dei del della di dove e gli ha"
    " il in io la le lo mi nel non per perché posso qual quale quali quando quanto se si"
    " sono su un una è",
    Language.PORTUGUESE: "ao as com como da das de do dos e em eu é faz na nas no não o onde"
    " os ou para pelo por porque posso qual quais quando quanto que quem se ser sua são um"
    " uma",
    Language.DUTCH: "aan als bij dat de die dit een en er het hoe hoeveel ik in is kan met"
    " mijn naar niet of om ook op te tot van voor waar waarom wanneer wat we welke werkt wie"
    " wij worden zijn",
}


@cache
def stop_words(language: Language) -> frozenset[str]:
    """The stop words of a language, and those of English: its words are borrowed everywhere."""
    return frozenset(f"{_ENGLISH} {_OTHERS.get(language, '')}".split())


# The words that hold a sentence together, in whatever language.
GRAMMAR: Final = frozenset().union(*map(stop_words, Language))
