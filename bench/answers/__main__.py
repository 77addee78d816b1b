"""`python -m bench.answers`: what becomes of questions on the documents of any repository."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.answers.asking import Answered, ask
from bench.answers.cost import cost
from bench.answers.folder import documents_of
from bench.answers.others import measure_others, sections_of
from bench.answers.questions import Asked, Unusable, read_questions
from bench.answers.report import Report, Size, show
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.registry import load_agents
from shiploop.cli.checked_settings import checked_settings


@click.command()
@click.argument("docs", type=click.Path(path_type=Path))
@click.argument("questions", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def main(docs: Path, questions: Path, out: Path) -> None:
    """Ask QUESTIONS of the files in DOCS, as tasks do; a JSON line for each goes to OUT."""
    asked = read_questions(questions)
    with TemporaryDirectory() as scratch:
        report = measure(docs, asked, Path(scratch, "repository.git"), out)
    show(report, Console())


def measure(docs: Path, questions: Sequence[Asked], repository: Path, out: Path) -> Report:
    """Make the agent as a runner does, and ask it; no language model. Raises Unusable."""
    documents, settings = documents_of(docs, repository), checked_settings()
    sections = documents.keep_ready(sections_of)()
    if not sections:
        raise Unusable(f"{docs} holds no Markdown file with text")
    with cost() as built:
        agent = load_agents(settings, documents, model=None).named(FaqAgent.name)
        library = documents.made(Library)
    with cost() as taken:
        answered = list(_written(out, (ask(one, agent, library) for one in questions)))
    others = tuple(measure_others(sections, questions))
    size = Size(len({each.path for each in sections}), len(sections), documents.left_out)
    return Report(answered, others, size, built, taken)


def _written(out: Path, answered: Iterable[Answered]) -> Iterator[Answered]:
    """Write each as soon as it is there: whoever waits can read them."""
    try:
        with out.open("w", encoding="utf-8") as file:
            for one in answered:
                print(json.dumps(one.line(), ensure_ascii=False), file=file, flush=True)
                yield one
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error}") from error


if __name__ == "__main__":
    main()
