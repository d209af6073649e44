"""A page saved as text: the post and its comments, told apart by the lines between them.

The style that most heads of comments share is the page's; what lies between two of them,
less the furniture at its edges, is a comment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from servicegap.readers.furniture import (
    LONGEST_LINE,
    Head,
    answered,
    end_mark,
    head_at,
    is_control,
    is_count,
    is_forum,
    is_name,
    is_number,
)
from servicegap.readers.source import Input, Record
from servicegap.types import ReadFailure

_LONG_PROSE = 80
_SHORT_PROSE = 4
_TITLES = 3


@dataclass(slots=True)
class Line:
    """A line of the page: where it begins, how far in its words do, and the words."""

    start: int
    indent: int
    said: str


@dataclass(slots=True)
class Stretch:
    """A post or comment: the stretch `[start, end)` of the text, and whose it is."""

    start: int
    end: int
    author: str | None = None
    created_at: str | None = None
    title: str | None = None
    answers: str | None = None


@dataclass(slots=True)
class Page:
    """What a saved page holds."""

    post: Stretch | None
    comments: list[Stretch] = field(default_factory=list)
    forum: bool = False


def read(item: Input) -> Iterator[Record]:
    """The post of the page, then its comments, each a stretch of the file's text."""
    data = item.whole()
    if isinstance(data, ReadFailure):
        yield data
    else:
        yield from records(item, item.decode(data))


def records(item: Input, text: str) -> Iterator[Record]:
    """The documents of a saved page's text."""
    page = divide(text)
    if page.post is None and not page.comments:
        page.post = Stretch(0, len(text))
    main = f"{item.path}#0"
    named: dict[str, str] = {}
    pieces = ([page.post] if page.post else []) + page.comments
    for number, piece in enumerate(pieces):
        is_post = piece is page.post
        name = main if is_post else f"{main}/c{number + (page.post is None)}"
        said = text[piece.start : piece.end]
        yield item.document(
            said,
            number,
            id=name,
            author=piece.author,
            created_at=piece.created_at,
            parent=None if is_post else _parent(piece, said, named) or (main if page.post else None),
            title=piece.title,
            start=piece.start,
            default_channel="forum" if page.forum else "blog" if is_post else "comment",
        )
        if piece.author:
            named[piece.author.lower()] = name


def _parent(piece: Stretch, said: str, named: dict[str, str]) -> str | None:
    """The comment that this one answers, by a `Reply to` line or an `@name` at its start."""
    name = piece.answers or ""
    if said.startswith("@"):
        called = said[1:LONGEST_LINE].replace(":", " ").replace(",", " ").split()[:5]
        tried = (" ".join(called[:size]).lower() for size in range(len(called), 0, -1))
        name = next((words for words in tried if words in named), name)
    return named.get(name.lower())


def looks_saved(text: str) -> bool:
    """Whether a text is a saved page: furniture of two kinds, or of one kind and comment heads.

    Examples
    --------
    >>> looks_saved("They lost my bag.\\n\\nLeave a Reply\\n\\nTagged: travel")
    True
    >>> looks_saved("Dear all,\\nPosted in March, it never came.\\nJane")
    False
    """
    lines = _lines(text)
    kinds = {"count" if is_count(line.said) else end_mark(line.said) for line in lines} - {None}
    return len(kinds) >= 2 or (bool(kinds) and len(_heads(lines)) >= 2)


def divide(text: str) -> Page:
    """Find the post and the comments of a saved page.

    Parameters
    ----------
    text : str
        The page as saved; the offsets of the result lead into it.

    Returns
    -------
    page : Page
        A forum thread's first message is its post; comments in the order of the page.

    Examples
    --------
    >>> saved = "It broke\\n\\nMy kettle broke again.\\n\\n1 Comment\\n\\nJo Day says:\\nMine too!\\n\\nLeave a Reply"
    >>> page = divide(saved)
    >>> [(saved[c.start : c.end], c.author) for c in page.comments]
    [('Mine too!', 'Jo Day')]
    """
    lines = _lines(text)
    counts = [at for at, line in enumerate(lines) if is_count(line.said)]
    found = _heads(lines)
    count = next((at for at in counts if found and found[-1].first > at), None)
    listed = _of_one_style([head for head in found if count is None or head.first > count])
    if count is None and len(listed) < 2:
        listed = []
    stop = count if count is not None else listed[0].first if listed else len(lines)
    post = _post(lines, stop, closed=count is not None)
    comments = list(_comments(lines, listed, count))
    if post is None and comments and count is None:
        post = comments.pop(0)
    return Page(post, comments, any(is_forum(line.said) for line in lines))


def _lines(text: str) -> list[Line]:
    lines: list[Line] = []
    start = 0
    for raw in text.split("\n"):
        lines.append(Line(start, len(raw) - len(raw.lstrip()), raw.strip()))
        start += len(raw) + 1
    return lines


def _heads(lines: list[Line]) -> list[Head]:
    """Every head of a comment, with the date line that belongs to it or the name line above its date."""
    heads: list[Head] = []
    for at, line in enumerate(lines):
        head = head_at(at, line.said)
        if head is None:
            continue
        if head.style != "date":
            heads.append(head)
            continue
        latest = heads[-1] if heads else None
        if latest is not None and latest.created_at is None and _only_controls(lines, latest.last, at):
            latest.last, latest.created_at = at + 1, head.created_at
            continue
        named = _name_above(lines, at, latest.last if latest else 0)
        if named is not None:
            heads.append(Head(named[0], at + 1, "named", named[1], head.created_at))
    return heads


def _only_controls(lines: list[Line], first: int, last: int) -> bool:
    return last - first <= 3 and all(is_control(line.said) for line in lines[first:last])


def _name_above(lines: list[Line], at: int, floor: int) -> tuple[int, str] | None:
    """The line with the name over a date line, doubled or with a badge in between as it may be."""
    above = [index for index in range(max(at - 6, floor), at) if not is_control(lines[index].said)]
    if not above or at - above[-1] > 3 or not is_name(lines[above[-1]].said):
        return None
    first, name = above[-1], lines[above[-1]].said
    if len(above) > 1 and lines[above[-2]].said.lower().startswith((name.lower(), "avatar", "photo of")):
        first = above[-2]
    return first, name


def _of_one_style(heads: list[Head]) -> list[Head]:
    """The heads of the style that is most frequent."""
    if not heads:
        return []
    style = Counter(head.style for head in heads).most_common(1)[0][0]
    return [head for head in heads if head.style == style]


def _comments(lines: list[Line], heads: list[Head], count: int | None) -> Iterator[Stretch]:
    """The stretches between the heads; before them where a writer is named at a comment's foot."""
    if not heads:
        return
    feet = count is not None and _body(lines, count + 1, heads[0].first) is not None
    if feet:
        starts = [(count or 0) + 1, *(head.last for head in heads[:-1])]
        spans = [(start, head.first) for start, head in zip(starts, heads, strict=True)]
    else:
        ends = [*(head.first for head in heads[1:]), len(lines)]
        spans = [(head.last, end) for head, end in zip(heads, ends, strict=True)]
    for (first, last), head in zip(spans, heads, strict=True):
        body = _body(lines, first, last)
        if body is not None:
            body.author = head.name
            body.created_at = head.created_at or body.created_at
            yield body


def _body(lines: list[Line], first: int, last: int) -> Stretch | None:
    """A comment's words: up to the first sign that the page goes on, without buttons at their edges."""
    answers = created = None
    while first < last and (_edge(lines[first].said) or is_number(lines[first].said)):
        answers = answers or answered(lines[first].said)
        first += 1
    last = next((at for at in range(first, last) if end_mark(lines[at].said)), last)
    whole = last
    while first < last:
        said = lines[last - 1].said
        if not (_edge(said) or (is_number(said) and any(line.said for line in lines[last:whole]))):
            break
        head = head_at(last, said)
        created = created or (head.created_at if head else None)
        last -= 1
    return _stretch(lines, first, last, created_at=created, answers=answers) if first < last else None


def _edge(said: str) -> bool:
    """Whether a line at the edge of a comment is none of its words."""
    if is_control(said) or is_count(said) or answered(said) is not None:
        return True
    head = head_at(0, said)
    return head is not None and head.style == "date"


def _stretch(
    lines: list[Line], first: int, last: int, *, created_at: str | None = None, answers: str | None = None
) -> Stretch:
    """The lines `[first, last)` from their first word to their last."""
    start, end = lines[first], lines[last - 1]
    last_word = end.start + end.indent + len(end.said)
    return Stretch(start.start + start.indent, last_word, created_at=created_at, answers=answers)


def _post(lines: list[Line], stop: int, *, closed: bool) -> Stretch | None:
    """The post above line `stop`: from its title or first prose to the first sign that it is over."""
    body = next((at for at in range(stop) if _is_prose(lines[at].said)), None)
    if body is None and closed:
        body = next((at for at in range(stop) if not _is_aside(lines[at].said)), None)
    if body is None:
        return None
    over = next((at for at in range(body + 1, stop) if end_mark(lines[at].said)), None)
    last = stop if over is None else over
    while last > body + 1 and _is_aside(lines[last - 1].said):
        last -= 1
    if (over is not None or closed) and last > body + 1 and _is_stray(lines[last - 1].said):
        last -= 1
    while last > body + 1 and not lines[last - 1].said:
        last -= 1
    leading = [at for at in range(body) if not _is_aside(lines[at].said)][-_TITLES:]
    title = max(leading, key=lambda at: len(lines[at].said), default=None)
    first = body
    if title is not None and not any(line.said and _is_aside(line.said) for line in lines[title + 1 : body]):
        first = title
    post = _stretch(lines, first, last)
    post.title = lines[title].said if title is not None else None
    for at in [*range(body), *range(last, stop)]:
        head = head_at(at, lines[at].said)
        if head is not None:
            post.author = post.author or head.name or None
            post.created_at = post.created_at or head.created_at
    return post


def _is_prose(said: str) -> bool:
    """Whether a line is of a text rather than of a menu or a title."""
    if end_mark(said) or is_control(said) or _is_byline(said):
        return False
    return len(said) >= _LONG_PROSE or (said[-1:] in (".", "!", "…") and len(said.split()) >= _SHORT_PROSE)


def _is_byline(said: str) -> bool:
    return head_at(0, said) is not None


def _is_aside(said: str) -> bool:
    """Whether a line near a post is none of its words."""
    return is_control(said) or is_count(said) or end_mark(said) is not None or _is_byline(said) or "|" in said


def _is_stray(said: str) -> bool:
    """Whether a line before furniture is a label of it: a word or two without an end."""
    return len(said.split()) <= 2 and said[-1:].isalnum() and said[:1].isupper() and is_name(said)
