"""A section as the blocks that can be quoted: each whole, with all that belongs to it.

Paragraphs, lists with what stands in their items, code, tables, quotations, boxes with their
titles, and tabs. Rules, images, comments and directives that show nothing are left out. A block
that cannot be written with its meaning says what is in the way.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from shiploop.agents.faq.quoting import code, labels, shapes, tags
from shiploop.agents.faq.quoting.dialect import is_closed, read_line, read_tree
from shiploop.agents.faq.quoting.inline import InlineWriter
from shiploop.agents.faq.quoting.labels import Frame, Label
from shiploop.agents.faq.quoting.links import Reach
from shiploop.agents.faq.quoting.shapes import Block, Sort, joined, obstacle_of
from shiploop.agents.faq.retrieval.link_definitions import LinkDefinitions
from shiploop.agents.faq.retrieval.sections import Section

Piece = Block | tags.Opening | tags.Closing | tags.Title

_ALERT: Final = re.compile(r"\[!(?P<kind>[A-Za-z]+)\][+-]?[ \t]*(?P<title>[^\n]*)(?:\n|\Z)")
# Abbreviations, targets of MyST, tables of contents, and what MDX brings in.
_SILENT_LINE: Final = re.compile(
    r"\*\[[^\[\]\n]{1,60}\]:|\([\w/:.-]{1,100}\)=\s*\Z|(?i:\[\[?_?toc_?\]?\])\s*\Z"
    r"|import\b[^'\"\n]{0,300}['\"][^'\"\n]{1,300}['\"];?\s*\Z"
)
# https://docsify.js.org/#/helpers, https://jhildenbiddle.github.io/docsify-tabs
_DOCSIFY_CALLOUT: Final = re.compile(r"[!?]>[ \t]+(?=\S)")
_DOCSIFY_TABS: Final = ("<!-- tabs:start -->", "<!-- tabs:end -->")
_EXPORT: Final = re.compile(r"export (?:const|default|function|let)\b")
_OPTION: Final = re.compile(r":[\w-]{1,40}:(?!\w)")
_ELSEWHERE: Final = "a box that begins or ends elsewhere"
_MOST_PARTS: Final = 40  # of a text between tags
_DEEPEST: Final = 4  # texts that stand within each other and are read by themselves


def read_blocks(section: Section, reach: Reach) -> tuple[Block, ...]:
    """Read a section as blocks, in order."""
    reader = _Reader(InlineWriter(section.path, reach, {}), section.links)
    blocks = tuple(_apart(reader.read(section.text)))
    begun, ended = map(section.text.count, _DOCSIFY_TABS)
    return blocks if begun == ended else (*blocks, Block(Sort.TEXT, "", _ELSEWHERE))


@dataclass(frozen=True, slots=True)
class _Reader:
    writer: InlineWriter
    links: LinkDefinitions
    depth: int = 0
    in_group: bool = False

    def read(self, text: str) -> list[Block]:
        """Read a text that has its own footnotes, such as a section or what a fence holds."""
        if not text.strip():
            return []
        if self.depth > _DEEPEST:
            return [Block(Sort.TEXT, text, "boxes within boxes")]
        root = read_tree(text, self.links)
        writer = replace(self.writer, notes=dict(_notes(root, self.writer)))
        reader = _Reader(writer, self.links, self.depth + 1)
        return reader.blocks(root.children)

    def blocks(self, nodes: Iterable[SyntaxTreeNode]) -> list[Block]:
        return self._framed(piece for node in nodes for piece in self._pieces(node))

    def _pieces(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        match node.type:
            case "paragraph":
                return self._paragraph(node.children[0])
            case "heading":
                return self._title_alone(node.children[0])
            case "bullet_list" | "ordered_list":
                return self._list(node)
            case "dl":
                return self._definitions(node)
            case "table":
                return self._table(node)
            case "fence" | "code_block":
                return self._code(node)
            case "blockquote":
                return self._quotation(node)
            case "indented_box":
                label = labels.label_of_indented(node.markup, node.info)
                return self._frame(label, self.blocks(node.children))
            case "container_colons" | "container_slashes":
                return self._container(node)
            case "html_block":
                listing = code.preformatted(node.content)
                return self._tagged(node.content) if listing is None else self._shown(listing)
            case "hr" | "footnote_block":
                return ()
            case _:
                return (Block(Sort.TEXT, node.content, f"what is called {node.type}"),)

    def _paragraph(self, inline: SyntaxTreeNode) -> Iterable[Piece]:
        written = inline.content
        if _EXPORT.match(written) or all(map(_SILENT_LINE.match, written.split("\n"))):
            return ()
        if callout := _DOCSIFY_CALLOUT.match(written):
            label = labels.label_of_kind("tip" if callout[0][0] == "?" else "important", "")
            return self._frame(label, self.read(written[callout.end() :]))
        if include := code.included(written):
            return (Block(Sort.CODE, written, f"an include, `{include}`"),)
        if any(map(tags.is_template_line, written.split("\n"))):
            return self._tagged(written)
        line = self.writer.paragraph(inline)
        return (Block(Sort.TEXT, line.text, line.obstacle),) if line.text or line.obstacle else ()

    def _title_alone(self, inline: SyntaxTreeNode) -> Iterable[Piece]:
        line = self.writer.one_line(inline)
        return (Block(Sort.TEXT, shapes.titled(line.text), line.obstacle),) if line.text else ()

    def _list(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        numbered, first = node.type == "ordered_list", int(node.attrs.get("start", 1))
        contents = [self.blocks(item.children) for item in node.children]
        problem = obstacle_of(block for blocks in contents for block in blocks)
        if numbered and not all(contents):
            problem = problem or "an item without a text"
        tight = shapes.is_plain(contents, written_so=_is_tight(node))
        items = [
            shapes.item(f"{number}. " if numbered else "- ", blocks, tight)
            for number, blocks in enumerate(contents, first)
            if blocks
        ]
        text = ("\n" if tight else "\n\n").join(items)
        return (Block(Sort.LIST, text, problem),) if items else ()

    def _definitions(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        items: list[list[Block]] = []
        for child in node.children:
            if child.type == "dt":
                line = self.writer.one_line(child.children[0])
                items.append([Block(Sort.TEXT, shapes.titled(line.text), line.obstacle)])
            elif items:
                items[-1] += self.blocks(child.children)
        written = [shapes.item("- ", blocks, tight=False) for blocks in items]
        problem = obstacle_of(block for blocks in items for block in blocks)
        return (Block(Sort.LIST, "\n\n".join(written), problem),)

    def _table(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        rows = [row.children for row in node.walk() if row.type == "tr"]
        lines = [[self.writer.one_line(cell.children[0]) for cell in row] for row in rows]
        cells = [line for row in lines for line in row]
        problem = next((line.obstacle for line in cells if line.obstacle), "")
        if any("\\|" in line.text for line in cells):
            problem = problem or "a bar after a backslash, in a table"
        text = shapes.table([[line.text for line in row] for row in lines])
        return (Block(Sort.TABLE, text, problem),) if any(line.text for line in cells) else ()

    def _code(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        info = node.info if node.type == "fence" else ""
        if directive := code.directive(info, node.content):
            return self._directive(directive)
        return self._shown(node.content, info)

    def _shown(self, content: str, info: str = "") -> Iterable[Piece]:
        block = code.block(content, info, grouped=self.in_group)
        return (block,) if block.text or block.obstacle else ()

    def _directive(self, directive: code.Directive) -> Iterable[Piece]:
        match directive:
            case code.Silent():
                return ()
            case code.Listing(language, content):
                return (code.block(content, language),)
            case code.Boxed(label, content):
                return self._frame(label, self.read(content))

    def _quotation(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        first = node.children[0] if node.children else None
        written = first.children[0].content if first and first.type == "paragraph" else ""
        if alert := _ALERT.match(written):
            label = labels.label_of_kind(alert["kind"], alert["title"])
            rest = self.read(written[alert.end() :])
            return self._frame(label, [*rest, *self.blocks(node.children[1:])])
        blocks = self.blocks(node.children)
        text = shapes.quoted(joined(blocks))
        return (Block(Sort.QUOTE, text, obstacle_of(blocks)),) if blocks else ()

    def _container(self, node: SyntaxTreeNode) -> Iterable[Piece]:
        read = labels.label_of_slashes
        if node.type == "container_colons":
            read = labels.label_of_container
        label = read(node.info)
        within = replace(self, in_group=label.kind in ("code-group", "codegroup"))
        blocks = within.blocks(_without_options(node))
        if not is_closed(node) or not node.info.strip():
            return (*blocks, Block(Sort.TEXT, "", _ELSEWHERE))
        return self._frame(label, blocks)

    def _tagged(self, raw: str) -> Iterator[Piece]:
        parts = tags.read_tags(raw)
        unknown = next((part.what for part in parts if isinstance(part, tags.Unknown)), "")
        if unknown or len(parts) > _MOST_PARTS:
            yield Block(Sort.TEXT, raw, unknown or "too many tags")
            return
        for part in parts:
            if isinstance(part, str):
                yield from self.read(part)
            elif not isinstance(part, tags.Unknown):
                yield part

    def _frame(self, label: Label, blocks: Sequence[Block]) -> Sequence[Block]:
        if label.frame is Frame.UNKNOWN:
            what = f"what `{label.kind or label.title}` shows"
            return (Block(Sort.TEXT, joined(blocks), what),)
        if label.frame is Frame.NONE:
            return blocks
        title, problem = self._title(label.title)
        if not blocks:
            # A tab without a text shows a picture.
            shown = title and label.frame is Frame.BOX
            return (Block(Sort.BOX, title, problem, label.kind),) if shown else ()
        if label.frame is Frame.TAB:
            problem = problem or ("" if title else "a tab without a title")
            lead = Block(Sort.TEXT, shapes.titled(title), problem)
            text = shapes.item("- ", [lead, *blocks], tight=False)
            return (Block(Sort.TAB, text, problem or obstacle_of(blocks)),)
        block = shapes.box(title, label.kind, blocks)
        return (replace(block, obstacle=block.obstacle or problem),)

    def _title(self, title: str) -> tuple[str, str]:
        if not title:
            return "", ""
        line = self.writer.one_line(read_line(title))
        return line.text, line.obstacle

    def _framed(self, pieces: Iterable[Piece]) -> list[Block]:
        """Put what stands between two tags into its frame."""
        open_tags: list[tags.Opening] = []
        levels: list[list[Block]] = [[]]
        closed: tags.Opening | None = None  # by the piece before
        for piece in pieces:
            before, closed = closed, None
            match piece:
                case Block():
                    levels[-1].append(piece)
                case tags.Opening():
                    if before and before.label.frame is Frame.NONE and before != piece:
                        levels[-1].append(Block(Sort.TEXT, "", "variants of which one is shown"))
                    open_tags.append(piece)
                    levels.append([])
                case tags.Title(text) if open_tags:
                    label = replace(open_tags[-1].label, title=text)
                    open_tags[-1] = replace(open_tags[-1], label=label)
                case tags.Closing(name) if open_tags and open_tags[-1].name == name:
                    closed = open_tags.pop()
                    framed = self._frame(closed.label, levels.pop())
                    levels[-1] += framed
                case _:
                    levels[-1].append(Block(Sort.TEXT, "", _ELSEWHERE))
        blocks = [block for level in levels for block in level]
        return [*blocks, Block(Sort.TEXT, "", _ELSEWHERE)] if open_tags else blocks


def _notes(root: SyntaxTreeNode, writer: InlineWriter) -> Iterator[tuple[int, str]]:
    """The footnotes that are one paragraph, which can stand in brackets."""
    blocks = (node.children for node in root.children if node.type == "footnote_block")
    for note in (each for notes in blocks for each in notes):
        paragraphs = [child for child in note.children if child.type != "footnote_anchor"]
        if [child.type for child in paragraphs] == ["paragraph"]:
            line = writer.one_line(paragraphs[0].children[0])
            yield int(note.meta["id"]), "" if line.obstacle else line.text


def _is_tight(node: SyntaxTreeNode) -> bool:
    """Tell whether a list has no empty lines between its items."""
    parts = (part for item in node.children for part in item.children)
    return all(part.hidden for part in parts if part.type == "paragraph")


def _without_options(container: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """The content of a container without the options that may stand right below its first line."""
    if not container.children:
        return []
    first, *rest = container.children
    if not (first.map and container.map and first.map[0] == container.map[0] + 1):
        return [first, *rest]
    written = first.children[0].content if first.type == "paragraph" else ""
    options = first.type == "code_block" or all(map(_OPTION.match, written.split("\n")))
    return rest if options else container.children


def _apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """Say where two lists in a row would become one."""
    yield from blocks[:1]
    for before, block in pairwise(blocks):
        lists = {before.sort, block.sort} <= {Sort.LIST, Sort.TAB}
        if lists and not before.sort is block.sort is Sort.TAB:
            block = replace(block, obstacle=block.obstacle or "two lists in a row")
        yield block
