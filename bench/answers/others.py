"""Other search engines over the same files, at what they offer out of the box.

Each stems English and knows no other language. One that is not installed is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from bench.answers.asking import LOOKED_AT
from bench.answers.cost import Cost, cost
from bench.answers.figures import Share, share
from bench.answers.questions import Asked
from shiploop.agents.agent import Repository
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.retrieval.sections import Section, split_sections

Search = Callable[[str], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Other:
    """How well another engine finds the sections that are expected, and what building it took."""

    name: str
    found: Share
    built: Cost


def sections_of(repository: Repository) -> tuple[Section, ...]:
    """Every section of the documents, without the FAQ."""
    pages = repository.markdown()
    return tuple(
        section
        for path in sorted(pages)
        if path != FAQ_PATH
        for section in split_sections(path, pages[path])
    )


def measure_others(sections: Sequence[Section], questions: Sequence[Asked]) -> Iterator[Other]:
    """Ask those that are installed for each question that has a place."""
    texts = ["\n".join((*section.heading_path, section.text)) for section in sections]
    places = [f"{section.path}#{section.anchor}" for section in sections]
    for name, build in _ENGINES.items():
        try:
            import_module(name)  # before the clock starts: this is no part of building
        except ImportError:
            continue
        with cost() as built:
            search = build(texts)
        found = (one.expects(places[i] for i in search(one.question)) for one in questions)
        yield Other(name, share(found), built)


def _bm25s(texts: Sequence[str]) -> Search:
    """bm25s with Snowball's stemmer, as its README shows."""
    bm25s, stemmer = import_module("bm25s"), import_module("Stemmer").Stemmer("english")

    def tokens(of: list[str]) -> object:
        return bm25s.tokenize(of, stopwords="en", stemmer=stemmer, show_progress=False)

    retriever = bm25s.BM25()
    retriever.index(tokens(list(texts)), show_progress=False)
    first = min(LOOKED_AT, len(texts))

    def search(question: str) -> Iterable[int]:
        found, scores = retriever.retrieve(tokens([question]), k=first, show_progress=False)
        return [int(i) for i, score in zip(found[0], scores[0], strict=True) if score > 0]

    return search


def _tantivy(texts: Sequence[str]) -> Search:
    """tantivy with its English stemmer; what it cannot parse of a question it skips."""
    tantivy = import_module("tantivy")
    schema = tantivy.SchemaBuilder().add_integer_field("number", stored=True)
    schema = schema.add_text_field("text", tokenizer_name="en_stem").build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for number, text in enumerate(texts):
        writer.add_document(tantivy.Document(number=number, text=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> Iterable[int]:
        query, _ = index.parse_query_lenient(question, ["text"])
        found = searcher.search(query, LOOKED_AT).hits
        return [searcher.doc(address)["number"][0] for _, address in found]

    return search


_ENGINES: Final[Mapping[str, Callable[[Sequence[str]], Search]]] = {
    "bm25s": _bm25s,
    "tantivy": _tantivy,
}
