"""A saved web page: the post, and each comment as a document of its own.

One pass over the tree. What an element is shows in its class names, id and microdata, by
the names that WordPress, Blogger, wpDiscuz, Disqus, Medium and the common forums use; the
sets below are the whole of that knowledge. Text outside every comment goes to the post
container it stands in, of four strengths; the strongest that holds any text is the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from servicegap.readers import dates
from servicegap.readers.markup import SKIPPED, Writer, breaks, crude_text, declared_charset, hidden, parse, put, walk
from servicegap.readers.page import divide
from servicegap.readers.source import Input, Record
from servicegap.readers.words import words
from servicegap.types import ReadFailure

_COMMENTS = words(
    "comment comment-item comment-wrapper comment_item commententry commentitem comments-item comments__item comtr "
    "wpd-comment"
)
_IN_REGION = words("message post response")
_COMMENT_ID = re.compile(r"(?:li-|div-)?comment[-_]?\d{1,12}|c\d{5,20}")
_FORUM_POSTS = words(
    "crawler-post forum-post forumpost message--post post_block postbit postbitlegacy postcontainer topic-post"
)
_NOT_COMMENTS = words("pingback trackback")
_COMMENT_TAGS = words("article blockquote dd div li section table td tr")
_FORUM_ID = re.compile(r"p\d{1,12}|post_\d{1,12}|js-post-\d{1,12}")
_BODIES = {
    **dict.fromkeys(
        words(
            "bbwrapper comment-content comment-message comment-text comment__body comment__content comment__text "
            "comment_text commenttext commtext cooked md post-message post_message response-content wpd-comment-text"
        ),
        2,
    ),
    **dict.fromkeys(
        words("comment-body comment_body commentbody content message-body message-content postbody text"), 1
    ),
}
_AUTHORS = words(
    "author author-name byline comment-author comment-author-link comment-author-name comment__author commentauthor "
    "commenter fn hnuser p-author post-author poster user username vcard wpd-comment-author"
)
_TIMES = words(
    "age comment-date comment-meta-date comment-time comment-timestamp comment__date commentdate date datetime "
    "entry-date post-date published time time-ago timestamp wpd-comment-date"
)
_MUTED = words(
    "author-bio author-box about-author comment-actions comment-edit-link comment-footer comment-meta "
    "comment-metadata comment-reply-link comment-toolbar commentmetadata edit-link entry-footer entry-meta "
    "message-attribution message-user permalink post-meta post-tags postauthor postmeta postprofile reply "
    "screen-reader-text userinfo wpd-comment-footer wpd-comment-header wpd-comment-left wpd-comment-share "
    "wpd-reply-button wpd-tools wpd-vote"
)
_REGIONS = words(
    "comments comments-area comments-block comment-list comments-list commentlist comments-section comments-wrapper "
    "disqus_thread responses wpd-thread-list wpd-threads"
)
_FURNITURE = words(
    "ad ads advert advertisement breadcrumb breadcrumbs comment-form comment-respond commentform cookie-notice footer "
    "jp-relatedposts menu nav navbar navigation newsletter pagination poll polls post-navigation related related-posts "
    "respond share share-buttons sharedaddy sidebar site-footer site-header social social-share subscribe tag-links "
    "tags wp-polls widget-area wpd-form wpdiscuz-form"
)
_FURNITURE_TAGS = words("aside footer header nav")
_POSTS = {
    **dict.fromkeys(
        words(
            "article-body article-content article__body articlebody blog-content blog-post-body e-content "
            "entry-content post-body post-content post-entry post-text post__content postcontent "
            "story-body td-post-content"
        ),
        0,
    ),
    **dict.fromkeys(words("blog-post blogpost entry h-entry hentry post postarticle"), 1),
    **dict.fromkeys(words("content main primary"), 2),
}
_STRONGEST = 2
_WEAKEST = 3
_HEADINGS = frozenset({"h1", "h2", "h3"})
_FORUM_TEXT_ID = re.compile(r"post_message_\d{1,12}")
_LONGEST_NAME = 100
_SAYS = re.compile(r"\s(?:says|said|wrote|writes|commented)\s?[:.…]{0,3}$", re.I)


@dataclass(slots=True, eq=False)
class _Piece:
    """A post or comment while it is read."""

    parent: _Piece | None = None
    title: str | None = None
    author: str | None = None
    created_at: str | None = None
    strength: int = 0
    flat: bool = False
    first: _Piece | None = None
    body: Writer = field(default_factory=Writer)
    text: str = ""

    @property
    def wraps(self) -> bool:
        """Whether it only stands around others."""
        return not self.text or (self.first is not None and self.author is None and not self.strength)

    @property
    def heir(self) -> _Piece | None:
        """The first piece in it that says something."""
        piece = self.first
        while piece is not None and piece.wraps:
            piece = piece.first
        return piece


@dataclass(frozen=True, slots=True)
class _State:
    """Where in the page an element stands."""

    unit: _Piece | None = None
    strength: int = 0
    posts: tuple[_Piece | None, ...] = (None,) * (_WEAKEST + 1)
    muted: bool = False
    region: bool = False
    as_is: bool = False


def read(item: Input) -> Iterator[Record]:
    """The post or posts of a page, then its comments."""
    data = item.whole()
    if isinstance(data, ReadFailure):
        yield data
        return
    html = item.decode(data, declared_charset(data))
    tree = parse(html)
    root = (tree.body or tree.root) if tree else None
    if tree is None or root is None:
        yield item.document(crude_text(html), 0, default_channel="blog")
        return
    page = _Page(tree, root)
    posts, comments = page.posts, page.comments
    if not posts and not comments:
        posts = [_Piece(text=crude_text(html))]
    main = f"{item.path}#0"
    first = main if posts else None
    names: dict[_Piece | None, str] = {}
    for number, post in enumerate(posts):
        yield item.document(
            post.text,
            number,
            author=post.author,
            created_at=post.created_at,
            title=post.title,
            default_channel="forum" if page.forum else "blog",
        )
    for number, comment in enumerate(comments, 1):
        names[comment] = f"{main}/c{number}"
        yield item.document(
            comment.text,
            len(posts) + number - 1,
            id=names[comment],
            author=comment.author,
            created_at=comment.created_at,
            parent=names.get(comment.parent, first),
            default_channel="forum" if page.forum else "comment",
        )


class _Page:
    """The pieces of a page, gathered in one walk."""

    def __init__(self, tree: LexborHTMLParser, root: LexborNode) -> None:
        self.forum = False
        self._found: list[_Piece] = []
        self._levels: list[list[_Piece]] = [[] for _ in range(_WEAKEST + 1)]
        self._loose = _Piece()
        self._states = [self._opened(_State(), _WEAKEST)]
        walk(root, self._enter, self._leave)
        for piece in [*self._found, *(piece for level in self._levels for piece in level)]:
            piece.text = piece.body.text.strip()
        self.comments = self._said() or self._by_lines()
        self.posts = self._posts(tree)

    def _said(self) -> list[_Piece]:
        """The comments that say something, each with its writer and the comment it answers."""
        for piece in reversed(self._found):
            if piece.parent is not None:
                piece.parent.first = piece
        said = [piece for piece in self._found if not piece.wraps]
        for piece in said:
            parent = piece.parent
            while parent is not None and parent.wraps:
                heir = parent.heir
                if heir is piece:
                    piece.author = piece.author or parent.author
                    piece.created_at = piece.created_at or parent.created_at
                parent = parent.parent if heir is None or heir is piece else heir
            piece.parent = parent
        return said

    def _by_lines(self) -> list[_Piece]:
        """The comments of a layout unknown here, by the lines of their region as of a page saved as text."""
        text = self._loose.body.text
        return [
            _Piece(author=found.author, created_at=found.created_at, text=text[found.start : found.end])
            for found in divide(text).comments
        ]

    def _posts(self, tree: LexborHTMLParser) -> list[_Piece]:
        """What stands in the strongest kind of container that holds any text; a forum's first message."""
        levels = self._levels[:1] if self.forum else self._levels
        posts = next((said for level in levels if (said := [piece for piece in level if piece.text])), [])
        if self.forum and not posts and self.comments:
            posts = [self.comments.pop(0)]
        for post in posts:
            if post.parent is not None and post.strength == 0:
                post.title = post.title or post.parent.title
                post.author = post.author or post.parent.author
                post.created_at = post.created_at or post.parent.created_at
        if len(posts) == 1:
            post = posts[0]
            post.title = post.title or self._loose.title or _meta(tree, "og:title") or _page_title(tree)
            post.author = post.author or self._loose.author or _meta(tree, "author")
            post.created_at = post.created_at or _meta(tree, "article:published_time") or self._loose.created_at
        return posts

    def _enter(self, node: LexborNode, tag: str) -> bool:
        state = self._states[-1]
        if tag.startswith("-"):
            if tag == "-text":
                self._put(node, tag, state)
            return False
        if tag in SKIPPED or (tag in _FURNITURE_TAGS and state.unit is None and state.posts[:2] == (None, None)):
            return False
        attributes = node.attributes
        tokens = _tokens(attributes)
        if hidden(attributes) or tokens & _NOT_COMMENTS:
            return False
        if tokens & _FURNITURE and not tokens & _REGIONS and tag not in ("body", "main", "article"):
            return False
        begins = tag in _COMMENT_TAGS and self._begins(tag, tokens, attributes, state)
        if not begins and self._describes(node, tag, tokens, attributes, state):
            return False
        state = self._states[-1]
        if begins:
            state = replace(state, unit=self._unit(state, attributes), strength=0, muted=False)
        else:
            state = self._placed(tag, tokens, attributes, state)
        self._put(node, tag, state)
        self._states.append(replace(state, as_is=True) if tag == "pre" else state)
        return True

    def _leave(self, _node: LexborNode, tag: str) -> None:
        for piece in self._writing(self._states.pop()):
            piece.body.block(breaks(tag))

    def _writing(self, state: _State) -> Iterator[_Piece]:
        """The pieces that a text here belongs to."""
        if state.unit is not None:
            if not state.muted and state.strength >= state.unit.strength:
                yield state.unit
        elif state.region:
            yield self._loose
        elif not state.muted:
            yield from (piece for piece in state.posts if piece is not None)

    def _put(self, node: LexborNode, tag: str, state: _State) -> None:
        for piece in self._writing(state):
            put(piece.body, node, tag, as_is=state.as_is)

    def _placed(self, tag: str, tokens: frozenset[str], attributes: Mapping[str, str | None], state: _State) -> _State:
        """The state within an element: a comment's body may begin with it, a post, a muted stretch."""
        if state.unit is not None:
            strength = max((_BODIES.get(token, 0) for token in tokens), default=0)
            if attributes.get("itemprop") in ("text", "commentText") or _FORUM_TEXT_ID.fullmatch(
                attributes.get("id") or ""
            ):
                strength = _STRONGEST
            if strength > state.unit.strength:
                state.unit.strength, state.unit.body = strength, Writer()
            if strength > state.strength:
                return replace(state, strength=strength, muted=False)
            return replace(state, muted=True) if tokens & _MUTED else state
        if tokens & _REGIONS and tag not in ("body", "html", "main"):
            return replace(state, region=True)
        if tokens & _MUTED and tag not in ("body", "html", "main", "article"):
            return replace(state, muted=True)
        strength = min((_POSTS[token] for token in tokens if token in _POSTS), default=_WEAKEST)
        if attributes.get("itemprop") == "articleBody":
            strength = 0
        elif tag in ("article", "main"):
            strength = min(strength, 1 if tag == "article" else 2)
        return self._opened(state, strength) if strength < _WEAKEST else state

    def _begins(self, tag: str, tokens: frozenset[str], attributes: Mapping[str, str | None], state: _State) -> bool:
        """Whether an element holds a comment or a forum message."""
        name = attributes.get("id") or ""
        kind = (attributes.get("itemtype") or "").rpartition("/")[2]
        if tokens & _FORUM_POSTS or _FORUM_ID.fullmatch(name) or kind == "DiscussionForumPosting":
            self.forum = True
            return True
        return bool(
            tokens & _COMMENTS
            or _COMMENT_ID.fullmatch(name)
            or kind == "Comment"
            or attributes.get("itemprop") == "comment"
            or (state.region and tokens & _IN_REGION)
        )

    def _unit(self, state: _State, attributes: Mapping[str, str | None], *, flat: bool = False) -> _Piece:
        parent = state.unit.parent if state.unit and state.unit.flat else state.unit
        piece = _Piece(parent=parent, author=_name(attributes.get("data-author") or ""), flat=flat)
        self._found.append(piece)
        return piece

    def _opened(self, state: _State, strength: int) -> _State:
        """The state within a post container, unless one of its kind is open already."""
        if state.posts[strength] is not None:
            return state
        piece = _Piece(parent=state.posts[1], strength=strength)
        self._levels[strength].append(piece)
        return replace(state, posts=(*state.posts[:strength], piece, *state.posts[strength + 1 :]))

    def _describes(
        self,
        node: LexborNode,
        tag: str,
        tokens: frozenset[str],
        attributes: Mapping[str, str | None],
        state: _State,
    ) -> bool:
        """Note a title, time or writer; whether the element is only that, and belongs to no text."""
        kind = attributes.get("itemprop")
        if state.strength == _STRONGEST or (state.unit is None and state.posts[0] is not None):
            return False
        if tag in _HEADINGS and state.unit is None:
            title = _line(node.text())
            for piece in self._described(state):
                if piece is not self._loose or tag == "h1":
                    piece.title = piece.title or title
        elif tag == "time" or tokens & _TIMES or kind in ("datePublished", "dateCreated"):
            said = _line(node.text())
            values = (attributes.get("datetime"), attributes.get("content"), attributes.get("title"), said)
            found = next((moment for value in values if value and (moment := dates.iso(value))), None)
            for piece in self._described(state):
                piece.created_at = piece.created_at or found
            return len(said) <= _LONGEST_NAME
        elif tokens & _AUTHORS or kind == "author" or attributes.get("rel") == "author":
            said = _line((node.css_first(".fn, [itemprop=name], cite, .author-name, .username") or node).text())
            dated = dates.find(said) if len(said) <= 2 * _LONGEST_NAME else None
            name = _name(said[: dated.start] if dated else said)
            if name and state.region and (state.unit is None or (state.unit.flat and state.unit.author)):
                state = replace(state, unit=self._unit(state, {}, flat=True), strength=0, muted=False)
                self._states[-1] = state
            for piece in self._described(state):
                piece.author = piece.author or name
                piece.created_at = piece.created_at or (dated.iso if dated else None)
            return name is not None
        return False

    def _described(self, state: _State) -> list[_Piece]:
        """Whom a writer, time or title found here describes."""
        if state.unit is not None:
            return [state.unit]
        return [self._loose, *(piece for piece in state.posts if piece is not None and piece.strength < 2)]


def _tokens(attributes: Mapping[str, str | None]) -> frozenset[str]:
    """The class names and id of an element."""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return frozenset(names.lower().split()) if names != " " else frozenset()


def _line(text: str) -> str:
    return " ".join(text.split())


def _name(text: str) -> str | None:
    """A writer's name, if it is short enough for one."""
    name = _SAYS.sub("", f" {_line(text)}").strip(" :,·•»|-–—")
    name = name.removeprefix("by ").removeprefix("By ")
    return name if 0 < len(name) <= _LONGEST_NAME else None


def _meta(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'meta[property="{name}"], meta[name="{name}"]')
    return _line(node.attributes.get("content") or "") or None if node else None


def _page_title(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("title")
    return _line(node.text()) or None if node else None
