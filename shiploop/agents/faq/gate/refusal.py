"""Why an answer is not shipped."""

from enum import Enum

from shiploop.domain.limits import MAX_ANSWER_WORDS, MAX_QUOTED_WORDS


class Refusal(Enum):
    """A reason not to ship an answer; the value is a sentence for the person who asked."""

    TOO_LONG = (
        f"The answer is longer than {MAX_ANSWER_WORDS} words, or quotes more than "
        f"{MAX_QUOTED_WORDS}."
    )
    NO_CITATION = "The answer does not end by naming the sections that it is taken from."
    UNKNOWN_SECTION = "The answer cites a section that the documents do not have."
    MISQUOTED = "The answer quotes something that the cited sections do not say."
    FOREIGN_CODE = "The answer contains code that the cited sections do not contain."
    OTHER_LANGUAGE = "The answer is not in the language of the question."
    LOOKALIKES = "A word mixes letters of several alphabets, or hides behind look-alike letters."
    RAW_HTML = "The answer contains raw HTML or a character reference."
    UNEXPECTED_MARKUP = (
        "Only paragraphs, lists, tables, quotations, plain code and links may be used."
    )
    TEMPLATE = (
        "Something looks like a template ({{ }}, {% %}), which a site generator would run, also "
        "in code."
    )
    BRACES = "There is a brace outside of code, which a site generator may run or hide."
    DIRECTIVE = "A line looks like a box or another directive of a site generator, such as `:::`."
    NOT_SELF_CONTAINED = "The answer would change how the text around it is read."
    SCRIPT_LINK = "A link would run a script or carry data instead of leading to a page."
    OUTSIDE_LINK = "A link leads outside the repository."
    UNCITED_LINK = "A link leads to a page that the cited sections do not link to."
    LINK_TITLE = "A link carries a title, which nobody sees who does not point at it."
    IMAGE = "The answer shows an image."
    CREDENTIAL = "Something looks like a password, a token or a key."
    PERSONAL_DATA = (
        "The answer holds an e-mail address, or a phone, card or account number, that the "
        "documents do not."
    )
    MENTION = "Somebody would be notified: an @ stands before a name."
    CLOSING_KEYWORD = "The answer holds words that would close an issue or a pull request."
    SKIPPED_CHECKS = "The answer holds words that would keep the checks from running."
    INVISIBLE_CHARACTERS = "There are characters that nobody can see, or that turn text around."
    OWN_MARKER = "The text imitates the marks by which shiploop knows its own entries."
    REFUSED_BY_CI = "The check of answers in the repository's own CI would refuse it."
    UNCLEAN_MARKDOWN = "The repository's Markdown lint would complain about the answer."
    CHANGES_DOCUMENT = "Adding the answer would change other parts of the document."
