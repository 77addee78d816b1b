"""The rules that no score outweighs: what has to be said, and what cannot stand alone."""

import pytest

from shiploop.agents.faq.judging.names import fixed_in
from shiploop.agents.faq.judging.rules import says, unknown_names, unsaid, why_not_alone
from shiploop.agents.faq.retrieval.headings import Named
from shiploop.agents.faq.retrieval.sections import Section

SECTION = Section("docs/a.md", ("Rotate keys",), "rotate-keys", 1, 3, "")

LONG = "Keys are rotated by their owner, who has to say so. " * 8


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Can acme speak the MySQL protocol?", ("MySQL",)),
        ("How do I use it with Visual Studio?", ("Visual", "Studio")),
        ("Does it run on Windows? And on macOS?", ("Windows", "macOS")),
        ("How does OAuth2 work?", ("OAuth2",)),
        ("How do I rotate keys?", ()),
        ("HOW DO I ROTATE KEYS", ()),
        ("How Do I Rotate The Keys", ()),
        ("What if I'm late?", ()),
        ("Wie erneuere ich den Schlüssel?", ()),  # each noun has a capital
        ("Wie erneuere ich den MySQL-Schlüssel?", ("MySQL-Schlüssel",)),
        ("ロールバックの条件は？", ("ロールバック",)),
    ],
)
def test_names_are_told_by_how_they_are_written(question: str, names: tuple[str, ...]) -> None:
    assert fixed_in(question).names == names


@pytest.mark.parametrize(
    ("question", "code", "numbers"),
    [
        ("What does --force do?", ("--force",), ()),
        ("What does `keys rotate` do?", ("keys rotate",), ()),
        ("Is MAX_SIZE read?", ("MAX_SIZE",), ()),
        ("How do I read /etc/acme/acme.conf?", ("/etc/acme/acme.conf",), ()),
        ("What is $refs?", ("$refs",), ()),
        ("Does it run on 3.12?", (), ("3.12",)),
        ("Is v2 out?", (), ("2",)),
        ("What does status 429 mean?", (), ("429",)),
        ("How do I deploy well-known apps?", (), ()),
    ],
)
def test_code_and_numbers_are_told(
    question: str, code: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    assert (fixed_in(question).code, fixed_in(question).numbers) == (code, numbers)


@pytest.mark.parametrize(
    ("question", "said", "missing"),
    [
        ("Can acme speak the MySQL protocol?", "All speak the acme protocol.", ("MySQL",)),
        ("Does it read CSV files?", "It reads CSVs.", ()),
        ("Does it run on Java?", "It runs JavaScript.", ("Java",)),
        ("Does it run on 3.12?", "It needs 3.11.", ("3.12",)),
        ("Does it run on 3.12?", "It needs 3.12.1.", ()),
        ("What does --force do?", "With `--force` it does not ask.", ()),
        ("What does --force do?", "It does not ask.", ("--force",)),
    ],
)
def test_what_a_quotation_does_not_say_is_named(
    question: str, said: str, missing: tuple[str, ...]
) -> None:
    assert unsaid(question, said).words == missing
    assert len(unsaid(question, said).sentences) >= len(missing)


@pytest.mark.parametrize(
    ("question", "said", "lacks"),
    [
        ("How do I start it without a key?", "Set the key, and start it.", True),
        ("How do I start it without a key?", "No key is needed.", False),
        ("Wie starte ich ohne Schlüssel?", "Setze den Schlüssel.", True),
        ("不使用密鑰如何啟動？", "設定密鑰。", True),
        ("How do I start it with a key?", "Never without the key.", False),
    ],
)
def test_a_question_that_says_no_wants_a_no(question: str, said: str, lacks: bool) -> None:
    assert unsaid(question, said).negation is lacks


def test_a_name_that_no_document_knows_is_told() -> None:
    document = "acme speaks the acme protocol, and JSON."

    def knows(name: str) -> bool:
        return says(document, name)

    assert unknown_names("Can acme speak the MySQL protocol?", knows) == ("MySQL",)
    assert unknown_names("Can acme speak JSON?", knows) == ()


@pytest.mark.parametrize(
    ("quoted", "why"),
    [
        ("Run `keys rotate` and restart the server.", ""),
        ("This is how to rotate them:\n\n```sh\nkeys rotate\n```", ""),
        ("```sh\nkeys rotate\n```", "code alone"),
        ("For example:\n\n```sh\nkeys rotate\n```", "code alone"),
        ("First, write the key to a file.", "first step"),
        ("First, write the key to a file. Then rotate it.", ""),
        ("1. First, write it.\n2. Rotate it.", ""),
        ("Run the command above once more.", "points to"),
        ("As described in the previous section, run it again.", "points to"),
        ("これは上記の手順を繰り返します。", "points to"),
        ("It works on Python 3.11 and above, and with 12 previous versions.", ""),
        ("This section describes how keys are rotated.", "announces"),
        ("Aber wenn es läuft, geht es.", "points to"),
        ("However, it never asks.", "points to"),
        ("It is fast. Next, we will look at the options.", "announces"),
        ("TODO", "announces"),
        ("What you have to do is to wait.", ""),
        ("If you need to remove it, see [the keys](keys.md#keys).", "where to read on"),
        (
            "Mass insertion is covered in a separate page. Please refer to our [guide](g.md#g).",
            "where to read on",
        ),
        ("See [the keys](keys.md#keys).", "where to read on"),
        ("Le lien avec `a` est documenté dans le [chapitre](a.md#a).", "where to read on"),
        ("Schlüssel gibt es. Sie werden in [Keys](a.md#a) beschrieben.", "where to read on"),
        ("Las claves están descritas en [Keys](a.md#a).", "where to read on"),
    ],
)
def test_a_whole_section_stands_alone_or_it_is_said_why_not(quoted: str, why: str) -> None:
    broken = why_not_alone(
        "Rotate keys", Named(SECTION, "Rotate keys", in_order=True, has_more_below=False), quoted
    )
    assert bool(broken) is bool(why)
    assert all(why in each for each in broken[:1])


def test_another_order_and_what_stands_below_keep_a_section_from_standing_alone() -> None:
    text = "Run `keys rotate` and restart the server."
    named = Named(SECTION, "Rotate keys", in_order=False, has_more_below=True)
    assert len(why_not_alone("Rotate keys", named, text)) == 2


@pytest.mark.parametrize(
    "heading",
    [
        "More details",
        "Mehr Details",
        "Known issues",
        "and rotate keys",
        "Complete list",
        "まとめ",
        "See it",
        "Setup instructions",
    ],
)
def test_a_heading_that_says_nothing_by_itself_is_no_question(heading: str) -> None:
    section = Section("docs/a.md", ("Guide", heading), "a", 1, 3, "")
    text = "Run `keys rotate` and restart the server."
    named = Named(section, heading, in_order=True, has_more_below=False)
    assert why_not_alone(heading, named, text)


@pytest.mark.parametrize(
    ("path", "headings", "quoted", "above"),
    [
        # Of a procedure, all that stands above has to be said.
        ("a.md", ("Migrating from 1.x", "Default behaviour"), "Old keys are kept.", 0),
        ("a.md", ("从 1.x 迁移", "配置存储策略"), "打开设置页面，新建策略。", 0),
        ("a.md", ("Upgrade Acme", "Step 1: Prepare", "Configuration updates"), "Change it.", 1),
        ("3.recipes-basics.md", ("Plugins & Components", "Add plugins"), "Use a plugin.", 0),
        ("a.md", ("Migrating from 1.x", "Move old keys to another store"), "Keys move.", None),
        ("a.md", ("Migrating keys", "Old keys"), "Old keys are migrated.", None),
        ("a.md", ("Acme on Mars", "4. Update the server"), "Update it.", 0),
        ("a.md", ("Acme on Mars", "4. Update the keys of each server at once"), "Update.", None),
        ("a.md", ("画面", "部品の種類", "ジョブキュー"), "状態を表示します。", 1),
        ("a.md", ("画面", "部品の種類", "ジョブキュー"), "状態を表示する部品の種類です。", None),
        ("a.md", ("Acme compared with Zeta", "Key functions"), "It is called `KEY`.", 0),
        (
            "a.md",
            ("Acme compared with Zeta", "Key functions"),
            "Compared with Zeta's, Acme's is `KEY`.",
            None,
        ),
        ("a.md", ("Acme on Mars", "Step 4: Log in as the owner of all"), "Log in at Acme.", 0),
        ("a.md", ("Acme on Mars", "第 4 步：以管理員的身分登入系統"), "登入系統。", 0),
        ("a.md", ("Acme on Mars", "Step 4: Log in as the owner"), "Log in at Acme on Mars.", 0),
        # Elsewhere a short heading may need those between it and the title.
        ("a.md", ("Errors", "Raise `HttpError`", "The response"), "It is JSON.", 1),
        ("a.md", ("Errors", "Raise `HttpError`", "The response"), "> `HttpError` is JSON.", 1),
        ("a.md", ("Errors", "Raise `HttpError`", "The response"), "`HttpError` gives JSON.", None),
        ("a.md", ("Errors", "Raise `HttpError`", "The response of a slow server"), "JSON.", None),
        (
            "a.md",
            ("Install", "Autostart on Windows", "Run in background"),
            "On Windows, set it.",
            1,
        ),
        ("a.md", ("Install", "Advanced options", "Run in background"), "Set it.", None),
        ("a.md", ("Acme in production", "Run in background"), "Set it.", None),
        ("a.md", ("API", "Stores", "open(path)"), "It opens one.", None),
        ("a.md", ("API", "Filtering", "Exit codes"), "A filter ends with 1.", None),
        ("a.md", ("API", "checkFormat", "Exit codes"), "A check ends with 1.", None),
    ],
)
def test_a_heading_that_needs_those_above_is_told_with_the_one_it_needs(
    path: str, headings: tuple[str, ...], quoted: str, above: int | None
) -> None:
    section = Section(path, headings, "a", 1, 3, "")
    named = Named(section, headings[-1], in_order=True, has_more_below=False)
    wanted = () if above is None else (f"The heading says so only below “{headings[above]}”.",)
    assert why_not_alone(headings[-1], named, quoted) == wanted
    assert not why_not_alone(" ".join(headings), named, quoted)


@pytest.mark.parametrize(
    ("path", "headings", "above"),
    [
        ("docs/assistant.md", ("Assistant", "Data flow"), "Assistant"),
        ("docs/session.md", ("Usage", "Reading all"), "session"),
        ("docs/session/index.md", ("Usage", "Reading all"), "session"),
        ("docs/a.md", ("Programmer une tâche", "Une date précise"), "Programmer une tâche"),
        # Who asks so names the page, or all of it in a question.
        ("docs/assistant.md", ("Assistants", "Assistant data"), None),
        ("docs/asking.md", ("Asking a question", "Send a question"), None),
        ("docs/assistant.md", ("Assistant", "RFID cards"), "Assistant"),  # whose, of all cards?
        ("docs/lambda.md", ("Lambda setup", "Setup options", "Manual setup"), "Lambda setup"),
        ("docs/lambda.md", ("Lambda setup", "Manual setup (by hand)"), "Lambda setup"),
        ("docs/assistant.md", ("Assistant", "Where is data?"), None),
        ("docs/assistant.md", ("Assistant", "Export many data at once"), None),
        ("docs/glossary.md", ("Glossary", "Data flow"), None),
        ("docs/index.md", ("Acme", "Data flow"), None),
        ("docs/types.md", ("Acme", "Element types", "Element type map"), "Acme"),
    ],
)
def test_a_short_heading_is_about_its_page_which_the_question_has_to_name(
    path: str, headings: tuple[str, ...], above: str | None
) -> None:
    section = Section(path, headings, "a", 1, 3, "")
    named = Named(section, headings[-1], in_order=True, has_more_below=False)
    text, pages = "All of it goes from here to there.", (path, "docs/other.md")
    wanted = () if above is None else (f"The heading says so only below “{above}”.",)
    assert why_not_alone(headings[-1], named, text, pages) == wanted
    assert not why_not_alone(f"{headings[-1]} {above}", named, text, pages)
    assert not why_not_alone(headings[-1], named, text, (path,)), "there is no other page"


@pytest.mark.parametrize(
    ("path", "pages", "question", "folder"),
    [
        ("checks/README.md", ("docs/a.md",), "Run all the tests in parallel", "checks"),
        ("tools/checks/readme.md", ("tools/a.md",), "Run all the tests in parallel", "checks"),
        ("syntax/README.md", ("docs/a.md",), "Run all the tests in parallel", "syntax"),
        ("checks/README.md", ("docs/a.md",), "Run all the tests of the checks in parallel", None),
        ("checks/README.md", ("checks/more.md",), "Run all the tests in parallel", None),
        ("docs/checks/README.md", ("docs/a.md",), "Run all the tests in parallel", None),
        ("README.md", ("docs/a.md",), "Run all the tests in parallel", None),
    ],
)
def test_a_readme_beside_code_is_about_its_folder_only(
    path: str, pages: tuple[str, ...], question: str, folder: str | None
) -> None:
    section = Section(path, ("Acme", "Run all the tests in parallel"), "a", 1, 3, "")
    named = Named(section, section.heading_path[-1], in_order=True, has_more_below=False)
    told = why_not_alone(question, named, "Run `acme check` once.", (path, *pages))
    reason = f"It is the README of “{folder}”, which the question does not name."
    assert told == ((reason,) if folder else ())


@pytest.mark.parametrize(
    ("path", "headings", "reason"),
    [
        (
            "content/tutorials/harbour.md",
            ("Securing a harbour", "Issue the permits of all ships again"),
            "The heading says so only below “Securing a harbour”.",
        ),
        (
            "docs/deprecations/template-functions.md",
            ("Template functions of old",),
            "It is one of the “deprecations”, and what they say is so at a time only.",
        ),
        ("docs/harbours/ships.md", ("Harbours", "Issue permits of all ships"), None),
        ("docs/upgrading/v2.md", ("Upgrading to v2", "Before you begin upgrading to v2"), None),
    ],
)
def test_what_is_told_in_a_tutorial_or_for_a_time_is_not_told_in_general(
    path: str, headings: tuple[str, ...], reason: str | None
) -> None:
    section = Section(path, headings, "a", 1, 3, "")
    named = Named(section, headings[-1], in_order=True, has_more_below=False)
    text = "All of them are issued by the office of the port: run `issue --all` there."
    told = why_not_alone(headings[-1], named, text)
    assert told == ((reason,) if reason else ())


def test_of_a_page_without_a_title_its_file_is_what_short_headings_are_about() -> None:
    section = Section("docs/harbour.md", ("Tips and gotchas",), "a", 1, 3, "")
    pages = ("docs/harbour.md", "docs/other.md")
    named = Named(section, "Tips and gotchas", in_order=True, has_more_below=False, has_title=False)
    told = why_not_alone("Tips and gotchas", named, "Mind the tide at noon.", pages)
    assert told == ("The heading says so only below “harbour”.",)
    asked = "Tips and gotchas of the harbour"
    assert not why_not_alone(asked, named, "Mind the tide at noon.", pages)


def test_a_heading_that_other_pages_have_is_about_its_page_however_long_it_is() -> None:
    section = Section("docs/go.md", ("Go", "Create a new function of yours"), "a", 1, 3, "")
    named = Named(section, section.heading_path[-1], True, False, has_namesakes=True)
    quoted = "It is made of a template, and you get a `go.mod` beside it."
    told = why_not_alone("Create a new function of yours", named, quoted)
    assert told == ("The heading says so only below “Go”.",)
    assert not why_not_alone("Create a new function of yours in Go", named, quoted)


def test_below_use_cases_a_sentence_alone_tells_no_way() -> None:
    section = Section(
        "a.md", ("Ships", "Use cases", "Night and day traffic of ships"), "a", 1, 3, ""
    )
    named = Named(section, section.heading_path[-1], in_order=True, has_more_below=False)
    asked = "Night and day traffic of ships"
    (told,) = why_not_alone(asked, named, "Ships come by day, and by night.")
    assert "good for" in told
    assert not why_not_alone(asked, named, "Ships come by night: set `night` to `on`.")


def test_a_long_heading_says_what_its_code_does() -> None:
    section = Section("a.md", ("Ships", "Moor a big ship with four ropes"), "a", 1, 3, "")
    named = Named(section, section.heading_path[-1], in_order=True, has_more_below=False)
    assert not why_not_alone(section.heading_path[-1], named, "```sh\nmoor --ropes 4\n```")


def test_the_readme_of_a_site_is_about_building_it() -> None:
    section = Section(
        "README.md", ("Acme documentation", "Work on pages locally now"), "a", 1, 3, ""
    )
    named = Named(section, section.heading_path[-1], in_order=True, has_more_below=False)
    (told,) = why_not_alone("Work on pages locally now", named, "Run `npm start` in a terminal.")
    assert told.endswith("only below “Acme documentation”.")


def test_a_step_that_names_a_file_is_a_step_still() -> None:
    section = Section("a.md", ("Local storage", "Step 5. Run the main.js file"), "a", 1, 3, "")
    named = Named(section, section.heading_path[-1], in_order=True, has_more_below=False)
    told = why_not_alone("Step 5. Run the main.js file", named, "Run `node main.js`.")
    assert told == ("The heading says so only below “Local storage”.",)
