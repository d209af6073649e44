"""What the lines of a saved page are: words, furniture, or the head of a comment.

Each question looks at one short line with bounded patterns. The sets below are the whole
knowledge of blog and forum wording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from servicegap.readers import dates
from servicegap.readers.words import words

LONGEST_LINE = 160
"""Longer lines are words, whatever they begin with."""

_LONGEST_NAME = 50
_END_LINES = words("advertisements archive archives author blogroll categories labels poll polls tags trackbacks") | {
    "about the author",
    "about this author",
    "add a comment",
    "add your comment",
    "board index",
    "comments are closed",
    "continue the discussion",
    "discussion question",
    "discussion questions",
    "join the conversation",
    "join the discussion",
    "leave a comment",
    "leave a reply",
    "leave your comment",
    "more from this author",
    "newer post",
    "newer posts",
    "next post",
    "older post",
    "older posts",
    "popular posts",
    "post a comment",
    "post a reply",
    "post navigation",
    "previous post",
    "privacy policy",
    "quick reply",
    "read next",
    "recent comments",
    "recent posts",
    "related",
    "related articles",
    "related posts",
    "related topics",
    "similar threads",
    "speak your mind",
    "what do you think",
    "who is online",
    "write a comment",
    "you may also like",
    "you might also like",
}
_END_STARTS = (
    "©",
    "be the first to comment",
    "cancel reply",
    "categories:",
    "connecting to %s",
    "copyright (c)",
    "copyright ©",
    "fill in your details below",
    "filed under:",
    "labels:",
    "leave a reply ",
    "leave a comment ",
    "log in to leave",
    "posted in:",
    "powered by ",
    "sign up for our newsletter",
    "subscribe to:",
    "subscribe to our",
    "tagged:",
    "tagged with",
    "tags:",
    "this entry was posted",
    "you are commenting using your",
    "you must be logged in",
    "you can follow any responses",
    "your email address will not be published",
)
_CONTROLS = words(
    "bookmark collapse comment comments delete edit email expand facebook flag google+ like likes link linkedin "
    "login newest oldest permalink pin pinterest print profile quote recommend replies reply report said says share "
    "shared subscribe tweet twitter unlike website whatsapp"
) | {
    "hide replies",
    "inline feedbacks",
    "leave a reply",
    "like loading...",
    "like this:",
    "load more comments",
    "loading...",
    "log in to reply",
    "login to reply",
    "most voted",
    "newest most voted",
    "quote reply",
    "read more",
    "reply with quote",
    "reply to this",
    "reply to this comment",
    "report abuse",
    "report post",
    "see more",
    "email this",
    "pin it",
    "print this",
    "share on facebook",
    "share on twitter",
    "share this",
    "share this article",
    "share this page",
    "share this post",
    "share this story",
    "share this:",
    "show more",
    "skip to content",
    "skip to main content",
    "sort by best",
    "sort by newest",
    "sort by oldest",
    "view all comments",
    "view replies",
}
_BADGES = words("admin administrator author editor guest host member mod moderator newbie op staff subscriber") | {
    "active member",
    "junior member",
    "new member",
    "noble member",
    "post author",
    "senior member",
    "site admin",
    "thread starter",
    "topic starter",
}
_NO_NAMES = words(
    "a about all an and at but he her here his home however i if in it last many my no not note now on one order our "
    "page she so that the their then there they this today until update updated we what when where why yes yesterday "
    "you your"
)
_PARTICLES = words("al bin da de del den der di du el la le ter the van von y")
_SAID = words("says said writes commented replied responded")
_FORUM = re.compile(r"(?:joined|posts|messages|location|reputation|reaction score|member since)\s?:", re.I)
_COUNT = re.compile(
    r"(?:\d{1,6}\s(?:comments?|repl(?:y|ies)|responses?|thoughts?|opinions?|answers?)|(?:no|one|two|three)\scomments?)"
    r"(?:\s(?:to|on|so far|for|already|about)\b.{0,140})?:?"
    r"|(?:comments|responses|replies)\s?[:(]\s?\d{0,6}\s?\)?:?|comments",
    re.I,
)
_BY = re.compile(
    r"(?:(?:comment|post(?:ed)?|reply|submitted|written|review|reviewed)\s?)?(?:by|from)\b\s?:?\s?|posted\s?:\s?", re.I
)
_JOINS = re.compile(r"[\s,]{1,3}(?:on|at|by|posted|wrote)$", re.I)
_REPLY_TO = re.compile(r"(?:in )?(?:reply|replying|replied|in response) to:?\s{0,3}@?(.{1,60})", re.I)
_NUMBER = re.compile(r"[#+-]?\d{1,4}\.?(?:\s\d{1,4})?")
_SHORTCODE = re.compile(r"\[/?[a-z][a-z0-9_-]{1,30}[^\]]{0,120}\]", re.I)
_CLOCK_END = re.compile(r"(?:\bat\s)?\d{1,2}:\d{2}(?::\d{2})?\s?(?:[ap]\.?m\.?)?$", re.I)
_SEPARATORS = " \t\u00a0,.|·•–—-»›:@#()[]−↓↑→←▲▼▾↩"


@dataclass(slots=True)
class Head:
    """The head (or foot) of a comment: its lines `[first, last)`, its style and what it says."""

    first: int
    last: int
    style: str
    name: str
    created_at: str | None = None


def is_count(said: str) -> bool:
    """Whether a line heads a list of comments: `17 Comments`, `3 thoughts on ...`."""
    return len(said) <= LONGEST_LINE and said[-1:] not in (".", "!", "?") and _COUNT.fullmatch(said) is not None


def is_forum(said: str) -> bool:
    """Whether a line is of a forum member's panel: `Joined: ...`, `Posts: 12`."""
    return len(said) <= _LONGEST_NAME and _FORUM.match(said) is not None


def end_mark(said: str) -> str | None:
    """What ends a post or comment on this line, if anything does: a form, a box, a list of links."""
    if not said or len(said) > LONGEST_LINE:
        return None
    low = said.lower().replace("\u00a0", " ")
    plain = low.strip(" :?!.…»«→←")
    if plain in _END_LINES:
        return plain
    return next((start for start in _END_STARTS if low.startswith(start)), None)


def is_control(said: str) -> bool:
    """Whether a line is a button, a badge, a counter's name or empty."""
    if len(said) > LONGEST_LINE:
        return False
    low = said.lower().strip(_SEPARATORS)
    return not low or low in _CONTROLS or low in _BADGES or is_forum(said) or _SHORTCODE.fullmatch(said) is not None


def is_number(said: str) -> bool:
    """Whether a line is a number by itself, as votes and floors are."""
    return len(said) <= 12 and _NUMBER.fullmatch(said) is not None


def answered(said: str) -> str | None:
    """The name in a line like `Reply to Jane Doe`."""
    match = _REPLY_TO.fullmatch(said) if len(said) <= LONGEST_LINE else None
    return match[1].strip(_SEPARATORS) if match and is_name(match[1].strip(_SEPARATORS)) else None


def is_name(said: str) -> bool:
    """Whether a few words can be a writer's name.

    Examples
    --------
    >>> [is_name(said) for said in ("Jane Doe", "Ludwig van Beek", "catlover99", "Still waiting", "The manager")]
    [True, True, True, False, False]
    """
    parts = said.split()
    if not parts or len(said) > _LONGEST_NAME or len(parts) > 5 or said[-1] in "!?;,:…":
        return False
    low = said.lower()
    if low in _CONTROLS or low in _BADGES or low in _END_LINES or parts[0].lower() in _NO_NAMES:
        return False
    if said[-1] == "." and len(parts[-1]) > 3:
        return False
    if len(parts) == 1:
        return len(said) >= 2 and any(letter.isalpha() for letter in said)
    return all(part[0].isupper() or part[0] in "\"'(@_" or part.lower() in _PARTICLES for part in parts)


def head_at(at: int, said: str) -> Head | None:
    """What a line says of a writer and a time: with a name it is a head, without one (`date`) a part of one.

    Examples
    --------
    >>> head_at(0, "Jane Doe on March 3, 2015 at 4:12 pm said:")
    Head(first=0, last=1, style='dated', name='Jane Doe', created_at='2015-03-03T16:12:00')
    >>> head_at(0, "Jane Doe says:").style
    'says'
    """
    if not said or len(said) > LONGEST_LINE or is_forum(said):
        return None
    found = dates.find(said)
    if found is not None:
        before, after = _trimmed(said[: found.start]), _trimmed(said[found.end :])
        by = _BY.match(said) is not None or _BY.match(said[found.end :].lstrip(_SEPARATORS)) is not None
        if by and before and after.startswith("in "):
            after = ""
        name = before or after
        if (before and after) or (name and not is_name(name)):
            return None
        return Head(at, at + 1, ("by" if by else "dated") if name else "date", name, found.iso)
    if _BY.match(said) and is_name(_trimmed(said)):
        return Head(at, at + 1, "by", _trimmed(said))
    name, _, verb = said.rpartition(" ")
    if verb.rstrip(":.…").lower() in _SAID and is_name(name.strip(_SEPARATORS)):
        return Head(at, at + 1, "says", name.strip(_SEPARATORS))
    return None


def _trimmed(said: str) -> str:
    """What is left of a head beside its date, without the words that only join them."""
    said = said.strip(_SEPARATORS)
    by = _BY.match(said)
    said = (said[by.end() :] if by else said).strip(_SEPARATORS)
    if said.lower() in ("on", "at", "by", "posted", "edited") or is_control(said):
        return ""
    said = _JOINS.sub("", _CLOCK_END.sub("", said).rstrip(_SEPARATORS))
    rest, _, last = said.rpartition(" ")
    if last.lower() in _SAID | _CONTROLS:
        said = rest
    elif said.lower() in _SAID:
        said = ""
    return said.strip(_SEPARATORS)
