"""`python -m bench.answers`: lines of JSON and tables, or a sentence and exit code 2."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.answers.__main__ import main

SAMPLE = Path(__file__).parents[3] / "bench" / "answers" / "sample"
QUESTIONS = SAMPLE.with_suffix(".yaml")
FIELDS = {
    "question",
    "outcome",
    "place",
    "expected_place",
    "text",
    "judge",
    "reasons",
    "milliseconds",
}


def run(docs: Path, questions: Path, out: Path) -> Result:
    return CliRunner().invoke(main, [str(docs), str(questions), str(out)])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_small_set_is_asked_and_each_question_has_a_line(tmp_path: Path) -> None:
    ran = run(SAMPLE, QUESTIONS, tmp_path / "out.jsonl")
    assert ran.exit_code == 0, ran.output
    told = lines(tmp_path / "out.jsonl")
    assert len(told) == QUESTIONS.read_text(encoding="utf-8").count("question:")
    for line in told:
        assert set(line) == FIELDS
        assert line["outcome"] in {"auto", "suggest", "declined"}
        assert bool(line["text"]) is bool(line["place"]) is (line["outcome"] != "declined")
        assert line["outcome"] != "declined" or line["reasons"]
    for heading in ("auto", "recall", "calibration", "hit@3", "p95"):
        assert heading in ran.stdout


def test_the_documents_are_left_as_they_were(tmp_path: Path) -> None:
    docs = tmp_path / "files"
    docs.mkdir()
    (docs / "a.md").write_text("# A\n\n## Rotate keys\n\nRun it.\n", encoding="utf-8")
    questions = tmp_path / "questions.yaml"
    questions.write_text("- {question: 'Rotate keys', answerable: true, place: a.md}\n")
    assert run(docs, questions, tmp_path / "out.jsonl").exit_code == 0
    assert [path.name for path in docs.iterdir()] == ["a.md"]


@pytest.mark.parametrize(
    ("docs", "questions", "out", "said"),
    [
        ("nowhere", "good.yaml", "out.jsonl", "there is no folder"),
        ("empty", "good.yaml", "out.jsonl", "holds no Markdown file"),
        ("files", "nowhere.yaml", "out.jsonl", "cannot be read"),
        ("files", "wrong.yaml", "out.jsonl", "is no YAML"),
        ("files", "good.yaml", "nowhere/out.jsonl", "cannot be written"),
    ],
)
def test_what_cannot_be_measured_is_a_sentence(
    tmp_path: Path, docs: str, questions: str, out: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.md").write_text("# A\n\nText.\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text("- {question: How, answerable: false}\n")
    (tmp_path / "wrong.yaml").write_text("- [")
    ran = run(tmp_path / docs, tmp_path / questions, tmp_path / out)
    assert ran.exit_code == 2
    assert ran.stderr.startswith("Error: ")
    assert said in ran.stderr


def test_a_faq_that_stands_elsewhere_is_added_to_there(tmp_path: Path) -> None:
    docs = tmp_path / "files"
    (docs / "guide").mkdir(parents=True)
    (docs / "guide" / "faq.md").write_text("# FAQ\n", encoding="utf-8")
    (docs / "a.md").write_text(
        "# A\n\n## Rotate the keys\n\nRun `keys rotate`.\n", encoding="utf-8"
    )
    questions = tmp_path / "questions.yaml"
    questions.write_text("- {question: Rotate the keys, answerable: true}\n")
    assert run(docs, questions, tmp_path / "out.jsonl").exit_code == 0
    assert [line["outcome"] for line in lines(tmp_path / "out.jsonl")] == ["auto"]
