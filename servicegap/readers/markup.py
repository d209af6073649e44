"""HTML to text with its lines, for pages, e-mails and posts alike; one pass over selectolax's tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from servicegap.readers.words import words

SKIPPED = words(
    "applet audio button canvas datalist embed head iframe input map noframes noscript object script select style svg "
    "template textarea title video"
)
"""Elements whose content nobody reads."""

_PARAGRAPHS = words("blockquote dl fieldset figure h1 h2 h3 h4 h5 h6 hr ol p pre table ul")
_LINES = words(
    "address article aside body caption center dd details dialog div dt figcaption footer form header hgroup html "
    "legend li main nav section summary tbody tfoot thead tr"
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?charset=[\"']?\s?([A-Za-z0-9_:.-]{1,40})", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_UNCLOSED = words(
    "area base br col dd dt embed hr img input li link meta option optgroup p param source tbody td tfoot th thead tr "
    "track wbr"
)
_FORMATTING = words("b big code em font i s small strike strong tt u")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|$)|'[^']*+(?:'|$)|[^\s>"'][^\s>]*+)?+)?+"""
)
_WHOLE_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+((?:{_ATTRIBUTE.pattern})*+)")
_MANY_ATTRIBUTES = 5_000
_DEPTH_BY_TAGS = 200_000_000
_COPIES = 1_000_000
_UNSEEN = re.compile(r"<(!--|script\b|style\b)", re.I)
_SEEN_AGAIN = {
    "!--": re.compile("-->"),
    "script": re.compile("</script", re.I),
    "style": re.compile("</style", re.I),
}
_MAY_HIDE = re.compile(r"hidden|display\s?:\s?none", re.I)
_ANY_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]*>?")


class Writer:
    """Text as it would stand on a page: runs of spaces are one, blocks begin lines."""

    __slots__ = ("_breaks", "_space", "pieces", "quoted")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.quoted = 0
        self._breaks = 0
        self._space = False

    def block(self, breaks: int) -> None:
        """A block begins or ends here, by as many line ends at least."""
        self._breaks = max(self._breaks, breaks)

    def line(self) -> None:
        """A line end of its own."""
        self._breaks = min(self._breaks + 1, 2)

    def write(self, text: str) -> None:
        """Words, with whatever lies between them and those before."""
        said = _SPACE.sub(" ", text)
        if said == " " or not said:
            self._space = self._space or bool(said)
            return
        self._gap(said[0] == " ")
        self.pieces.append(said.strip(" "))
        self._space = said[-1] == " "

    def write_as_is(self, text: str) -> None:
        """Words whose line ends and spaces count."""
        if text.strip():
            self._gap(False)
            self.pieces.append(text if not self.quoted else text.replace("\n", "\n" + "> " * self.quoted))

    def _gap(self, spaced: bool) -> None:
        if self._breaks or not self.pieces:
            if self.pieces:
                self.pieces.append("\n" * self._breaks)
            if self.quoted:
                self.pieces.append("> " * self.quoted)
        elif spaced or self._space:
            self.pieces.append(" ")
        self._breaks, self._space = 0, False

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self.pieces)


def parse(html: str) -> LexborHTMLParser | None:
    """The tree of a page, or None for one made to be slow or large to parse.

    The parser's time grows with depth times tags, and an unclosed formatting element is
    copied into every later paragraph; within a tag, it grows with the square of the attributes.
    All three are bounded before it runs.
    """
    if len(html) > _MANY_ATTRIBUTES and _most_attributes(html) > _MANY_ATTRIBUTES:
        return None
    tags = html.count("<")
    if tags * tags > _COPIES:
        depth, formatting = _depths(html)
        if depth * tags > _DEPTH_BY_TAGS or formatting * tags > _COPIES:
            return None
    return LexborHTMLParser(html)


def _most_attributes(html: str) -> int:
    """The most attributes of one tag, by the states of the HTML standard's tokenizer (13.2.5.32 on)."""
    return max(
        (
            sum(1 for _ in _ATTRIBUTE.finditer(match[1]))
            for match in _WHOLE_TAG.finditer(html)
            if len(match[1]) > 2 * _MANY_ATTRIBUTES
        ),
        default=0,
    )


def _depths(html: str) -> tuple[int, int]:
    """The most elements, and formatting elements, that are open at once, at most."""
    depth = deepest = formatting = most = 0
    for match in _TAG.finditer(html):
        closing, name = match[1], match[2].lower()
        if name in _UNCLOSED:
            continue
        step = -1 if closing else 1
        depth = max(depth + step, 0)
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            formatting = max(formatting + step, 0)
            most = max(most, formatting)
    return deepest, most


def walk(top: LexborNode, enter: Callable[[LexborNode, str], bool], leave: Callable[[LexborNode, str], None]) -> None:
    """Visit a tree in order without recursion; `enter` says whether to go into an element.

    `leave` is called for every element that was entered with True. Text comes to `enter`
    with the tag ``-text``.
    """
    node = top
    last = top.mem_id
    while True:
        tag = node.tag or ""
        entered = enter(node, tag)
        child = node.first_child if entered else None
        if child is not None:
            node = child
            continue
        while True:
            if entered:
                leave(node, tag)
            if node.mem_id == last:
                return
            following = node.next
            if following is not None:
                node = following
                break
            parent = node.parent
            if parent is None:
                return
            node, entered = parent, True
            tag = node.tag or ""


def breaks(tag: str) -> int:
    """How many line ends an element's edges make."""
    return 2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0


def put(writer: Writer, node: LexborNode, tag: str, *, as_is: bool = False) -> None:
    """Write a text node, or what an element's beginning means for the lines."""
    if tag == "-text":
        text = node.text_content or ""
        if as_is:
            writer.write_as_is(text)
        else:
            writer.write(text)
    elif tag == "br":
        writer.line()
    elif tag in ("td", "th"):
        writer.write(" ")
    else:
        writer.block(breaks(tag))


def text_of(html: str, *, quotes: bool = False) -> str:
    """The text of a piece of HTML.

    Parameters
    ----------
    html : str
    quotes : bool
        Mark the lines of quoted blocks with ``> ``, as e-mail programs do.

    Examples
    --------
    >>> text_of("<p>It broke.<br>Twice!</p><div>No&nbsp;answer</div>")
    'It broke.\\nTwice!\\n\\nNo\\xa0answer'
    """
    tree = parse(html)
    root = tree.root if tree else None
    if root is None:
        return crude_text(html)
    writer = Writer()
    kept = 0
    may_hide = _MAY_HIDE.search(html) is not None

    def enter(node: LexborNode, tag: str) -> bool:
        nonlocal kept
        if tag in SKIPPED or tag == "-comment" or (may_hide and tag != "-text" and hidden(node.attributes)):
            return False
        put(writer, node, tag, as_is=kept > 0)
        kept += tag == "pre"
        writer.quoted += quotes and tag == "blockquote"
        return tag != "-text"

    def leave(_node: LexborNode, tag: str) -> None:
        nonlocal kept
        kept -= tag == "pre"
        writer.quoted -= quotes and tag == "blockquote"
        writer.block(breaks(tag))

    walk(root, enter, leave)
    return writer.text


def hidden(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element's own attributes keep it from being seen."""
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and "display:none" in style.replace(" ", "").lower())


def crude_text(html: str) -> str:
    """The text between tags, by a linear scan that builds no tree."""
    pieces = _ANY_TAG.split("".join(_visible(html)))
    writer = Writer()
    for text, tag in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        writer.write(unescape(text))
        if tag.lower() == "br":
            writer.line()
        writer.block(breaks(tag.lower()))
    return writer.text


def _visible(html: str) -> Iterator[str]:
    """What is neither comment, script nor style, each found by its end once."""
    at = 0
    while (opening := _UNSEEN.search(html, at)) is not None:
        yield html[at : opening.start()]
        closing = _SEEN_AGAIN[opening[1].lower()].search(html, opening.end())
        at = closing.start() + 1 if closing else len(html)
    yield html[at:]


def declared_charset(data: bytes) -> str | None:
    """The charset that a page's `meta` element names."""
    match = _CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else None
