"""The questions that retrieval is measured with, and the measurement."""

from bench.retrieval import measure_retrieval
from bench.retrieval_questions import held_out_half, tuning_half
from bench.sample import faq, pages
from shiploop.agents.faq.question import Question, check_question, question_hash
from shiploop.agents.faq.retrieval.sections import split_sections

ALL = [*tuning_half(), *held_out_half()]


def test_every_expected_section_and_every_repeated_question_is_there() -> None:
    sections = {
        f"{section.path}#{section.anchor}"
        for path, text in pages().items()
        for section in split_sections(path, text)
    }
    headings = {section.heading_path[-1] for section in split_sections("docs/FAQ.md", faq())}
    assert {one for question in ALL for one in question.sections} <= sections
    assert {question.repeats for question in ALL if question.repeats} <= headings


def test_every_question_is_accepted_and_in_one_half_only() -> None:
    assert all(isinstance(check_question(question.text), Question) for question in ALL)
    assert len({question_hash(question.text) for question in ALL}) == len(ALL)
    assert min(len(tuning_half()), len(held_out_half())) >= 60


def test_what_is_held_out_is_within_its_bounds() -> None:
    measurement = measure_retrieval(1)
    assert measurement.ok, measurement.figures
