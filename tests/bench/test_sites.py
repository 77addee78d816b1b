"""What `make sites` has seen: the texts that real generators showed as they were meant."""

import json
from pathlib import Path
from typing import Final

import pytest

from bench.sites.building import read_generators
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.dialects.writing import write
from shiploop.agents.faq.profile import read_profile
from tests.files import Files

RECORDED: Final[dict[str, list[dict[str, str]]]] = json.loads(
    Path(__file__).with_name("sites.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", RECORDED)
def test_texts_are_written_as_the_generator_has_shown_them(name: str) -> None:
    """Whoever changes a dialect builds its sites again, and writes down here what was seen."""
    for each in RECORDED[name]:
        assert write(each["meant"], DIALECTS[name]) == each["written"]


def test_the_dialect_of_each_generator_is_found_by_the_files_of_its_site() -> None:
    found = {
        name: read_profile(Files(generator.files)).dialect.name
        for name, generator in read_generators().items()
    }
    assert found == {
        "mkdocs": "mkdocs",
        "material": "mkdocs-superfences",
        "zensical": "mkdocs-superfences",
        "sphinx": "sphinx",
        "jekyll": "jekyll",
        "hugo": "hugo",
        "vitepress": "vitepress",
        "docusaurus": "docusaurus",
        "rspress": "mdx",
        "eleventy": "eleventy",
        "starlight": "starlight",
        "mdbook": "mdbook",
    }
