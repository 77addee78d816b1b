"""No repository, however strange, keeps the next question from being answered or declined."""

import tempfile
from pathlib import Path
from typing import Any

import pygit2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pygit2.enums import FileMode

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.question import AskRequest
from shiploop.agents.faq.retrieval.library import Library
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.git.repository_documents import RepositoryDocuments
from shiploop.clients.github.auth import fixed_token
from shiploop.domain.delivery.change import CannotEdit, Declined, Edited, Proposal
from shiploop.domain.limits import MAX_FOLDER_DEPTH, MAX_HEADING_CHARACTERS, MAX_PATH_CHARACTERS
from shiploop.domain.prompt import Prices
from tests.builders import TASK_ID
from tests.git_tree import Entry, a_file, a_folder, a_repository, a_submodule, commit

QUESTION = "How often is a worker heartbeat written?"
ANSWER = "A worker heartbeat is written every five seconds."
GUIDE = f"# Guide\n\n## Worker heartbeats\n\n{ANSWER}\n"
MODES = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE, FileMode.LINK)

names = st.one_of(
    st.sampled_from(
        [b"README.md", b"docs", b"a.md", b"FAQ.md", b"x" * 290 + b".md", b".rumdl.toml"]
    ),
    st.binary(min_size=1, max_size=20).map(lambda name: name.translate(None, b"/\0") + b".md"),
    st.text(min_size=1, max_size=20).map(
        lambda name: name.encode(errors="surrogatepass").translate(None, b"/\0") + b".md"
    ),
)
words = st.sampled_from([
    "a worker heartbeat", "[a link](", "](gone.md)", "![", "*", "**a", "`", "```\n", "~~~", "<div>",
    "<!-- ", "-->", "<!-- /shiploop:entry x -->", "&amp;", "\\", "|a|\n|-|\n|", "> ", "- ", "1. ",
    "\n", "\n\n", "\r", "\r\n", "# ", "\n## ", "\n---\n", "---\ntitle: x\n", "\t", "\u2028", "\0",
    "\ufeff", "為什麼", "e\u0301", "\U0001f600", "[a]: b\n", "'", "@somebody", "{{ x }}", "www.x.y",
])  # fmt: skip
texts = st.lists(st.tuples(words, st.sampled_from([1, 1, 1, 2, 50, 3_000]))).map(
    lambda parts: "".join(word * times for word, times in parts)
)
contents = st.one_of(
    texts.map(str.encode),
    texts.map(lambda text: text.encode("utf-16")),
    st.binary(max_size=200),
    st.just(1_100_000).map(lambda size: b"x" * size),
    st.just(20_000).map(lambda size: b"# " + b"x" * size + b"\n\na worker heartbeat\n"),
)
files = st.tuples(names, contents, st.sampled_from(MODES))
trees = st.recursive(
    st.one_of(files, names),
    lambda inner: st.tuples(names, st.lists(inner, max_size=4), st.sampled_from([1, 2, 40])),
    max_leaves=12,
)


def entry_of(repository: pygit2.Repository, tree: Any) -> Entry:
    """A file, a submodule (its name alone), or a folder in so many folders of its name."""
    match tree:
        case bytes(name):
            return a_submodule(name)
        case (bytes(name), bytes(data), mode):
            return a_file(repository, name, data, mode)
        case (name, inner, depth):
            entry = a_folder(repository, name, [entry_of(repository, each) for each in inner])
            for _ in range(depth - 1):
                entry = a_folder(repository, name, [entry])
            return entry
        case _:
            raise AssertionError(tree)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(trees=st.lists(trees, max_size=6), faq=contents)
def test_the_next_question_is_answered_or_declined(trees: list[Any], faq: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        origin = a_repository(Path(directory, "origin.git"))
        docs = [a_file(origin, b"FAQ.md", faq), a_file(origin, b"guide.md", GUIDE.encode())]
        strange = [entry_of(origin, tree) for tree in trees]
        head = commit(origin, [*strange, a_folder(origin, b"docs", docs)])
        documents = documents_of(Path(directory))
        library = documents.keep_ready(Library.of)
        assert documents.refresh() == head
        assert_within_limits(library())
        agent = FaqAgent(library, "/faq", frozenset(), Prices(None, None))
        drafted = agent.draft(AskRequest(question=QUESTION), World(TASK_ID))
        assert isinstance(drafted, Proposal | Declined)
        if isinstance(drafted, Proposal):
            base = {FAQ_PATH: faq.decode(errors="replace")}
            assert isinstance(agent.check(drafted, base), tuple)
            assert isinstance(agent.edit(drafted, base), Edited | CannotEdit)


def documents_of(directory: Path) -> RepositoryDocuments:
    origin, mirror = directory / "origin.git", directory / "mirror.git"
    return RepositoryDocuments(
        lambda: Mirror(GitRemote(mirror, str(origin), fixed_token("a-token")), "main"), refresh_s=60
    )


def assert_within_limits(library: Library) -> None:
    for hit in library.index.search(QUESTION, limit=25):
        section = hit.section
        assert len(section.path) <= MAX_PATH_CHARACTERS
        assert section.path.count("/") <= MAX_FOLDER_DEPTH
        assert max(map(len, section.heading_path), default=0) <= MAX_HEADING_CHARACTERS
