"""Parsers of Markdown that threads may share."""

from markdown_it import MarkdownIt


def shared(parser: MarkdownIt) -> MarkdownIt:
    """Make a parser fit for several threads at once, by letting it read something.

    With its first text markdown-it-py 4.3 lists the rules that it goes by, and another thread that
    comes meanwhile finds the list empty: for that one no text has any markup.
    """
    parser.parse("text")
    return parser
