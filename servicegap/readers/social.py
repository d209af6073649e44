"""Posts of social networks as JSON: X/Twitter, Mastodon, Bluesky; one object, an array, or lines.

What is none of these is read as a record with our own fields, so that an array of plain
records is read here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from servicegap.readers.jsonl import load, pick, values
from servicegap.readers.source import MAX_WHOLE, Input, Record
from servicegap.readers.words import words
from servicegap.types import ReadFailure

_LISTS = (
    *("orderedItems", "data", "statuses", "posts", "feed", "tweets", "notes", "items", "results", "records"),
    *("reviews", "comments", "messages", "documents"),
)
_TEXTS = words("text full_text content record tweet post")
_MASTODON = words("account attributedTo inReplyTo in_reply_to_id spoiler_text reblogs_count")
_X = words(
    "author_id edit_history_tweet_ids favorite_count full_text id_str in_reply_to_status_id "
    "in_reply_to_status_id_str in_reply_to_user_id note_tweet referenced_tweets"
)


def read(item: Input) -> Iterator[Record]:
    """One record for each post."""
    number = 0
    for value in _loaded(item):
        if isinstance(value, ReadFailure):
            yield value
            number += 1
            continue
        for post, users in _unfolded(value):
            if isinstance(post, dict):
                yield item.document(record=number, **_fields(post, users, item.options.fields))
            else:
                yield item.failure("SG-I003", "the record is no JSON object; wanted a post", number)
            number += 1


def _loaded(item: Input) -> Iterator[Any]:
    """The JSON values: one a line where the first line looks like an object by itself, else the whole."""
    lines = item.lines()
    first = next((line for line in lines if line is None or line.strip()), b"")
    if first is None or (first.lstrip().startswith(b"{") and first.rstrip().endswith(b"}")):
        yield from (value for _, value in values(item, chain((first,), lines)))
        return
    rest = item.whole(MAX_WHOLE)
    if isinstance(rest, ReadFailure):
        yield rest
        return
    data = (first + rest).strip()
    if data.startswith(b"window."):
        data = data.partition(b"=")[2].rstrip(b"; \r\n")
    if not data:
        return
    try:
        yield load(item, data)
    except ValueError as error:
        alone = [value for _, value in values(item, data.splitlines()) if not isinstance(value, int | float | str)]
        whole = item.failure("SG-I003", str(error), 0)
        yield from alone if any(isinstance(value, dict) for value in alone) else [whole]


def _unfolded(value: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """The posts within lists, responses, threads and activities, in order, with their writers by id."""
    waiting: list[tuple[Any, Mapping[str, Any]]] = [(value, {})]
    while waiting:
        post, users = waiting.pop()
        if isinstance(post, list):
            waiting += [(one, users) for one in reversed(post)]
            continue
        if not isinstance(post, dict):
            yield post, users
            continue
        inner = _inside(post)
        if inner is None:
            yield post, users
        else:
            users = {**users, **_users(post)}
            waiting += [(one, users) for one in reversed(inner)]


def _inside(post: dict[str, Any]) -> list[Any] | None:
    """What an object holds posts in, or None if it is a post itself."""
    if post.get("type") == "Announce" or post.get("notFound") or post.get("blocked"):
        return []
    for name in ("tweet", "thread", "object"):
        if isinstance(post.get(name), dict) and (name != "object" or post.get("type") in ("Create", "Update")):
            return [post[name]]
    if isinstance(post.get("post"), dict):
        parent, replies = post.get("parent"), post.get("replies")
        return [*([parent] if isinstance(parent, dict) else []), post["post"], *([replies] if replies else [])]
    if isinstance(post.get("reblog"), dict) and not post.get("content"):
        return [post["reblog"]]
    listed = next((post[name] for name in _LISTS if isinstance(post.get(name), list)), None)
    if isinstance(post.get("data"), dict) and not _TEXTS & post.keys():
        return [post["data"]]
    return listed if listed is not None and not _TEXTS & post.keys() else None


def _users(post: dict[str, Any]) -> dict[str, Any]:
    """Writers by id, as X's second interface gives them beside its posts."""
    includes = post.get("includes")
    listed = includes.get("users") if isinstance(includes, dict) else None
    people = [user for user in listed if isinstance(user, dict)] if isinstance(listed, list) else []
    return {str(user.get("id")): user for user in people}


def _fields(post: dict[str, Any], users: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A post's text and what is known of it, by the network that it comes from."""
    if names:
        return pick(post, names)
    record = post.get("record") if isinstance(post.get("record"), dict) else post
    if record is not post or str(post.get("$type", "")).startswith("app.bsky."):
        return _bluesky(post, record)
    if isinstance(post.get("content"), str) and _MASTODON & post.keys():
        return _mastodon(post)
    if _X & post.keys():
        return _x(post, users)
    return pick(post, names)


def _bluesky(post: dict[str, Any], record: Any) -> dict[str, Any]:
    return {
        "text": record.get("text"),
        "id": post.get("uri"),
        "default_channel": "social",
        "author": _at(post, "author", "handle"),
        "created_at": record.get("createdAt"),
        "parent": _at(record, "reply", "parent", "uri"),
    }


def _mastodon(post: dict[str, Any]) -> dict[str, Any]:
    from servicegap.readers.markup import text_of

    return {
        "text": text_of(post["content"]),
        "id": post.get("id") or post.get("uri"),
        "default_channel": "social",
        "author": _at(post, "account", "acct") or post.get("attributedTo"),
        "created_at": post.get("created_at") or post.get("published"),
        "role": "automatic" if _at(post, "account", "bot") is True else None,
        "parent": post.get("in_reply_to_id") or post.get("inReplyTo"),
        "title": post.get("spoiler_text") or post.get("summary"),
    }


def _x(post: dict[str, Any], users: Mapping[str, Any]) -> dict[str, Any]:
    named = post.get("author_id")
    writer = next(
        (one for one in (post.get("user"), post.get("author")) if isinstance(one, dict)), users.get(str(named))
    )
    referenced = post.get("referenced_tweets")
    replied = [one for one in referenced if _at(one, "type") == "replied_to"] if isinstance(referenced, list) else []
    text = _at(post, "note_tweet", "text") or _at(post, "extended_tweet", "full_text") or post.get("full_text")
    return {
        "text": text if text is not None else post.get("text"),
        "id": post.get("id_str") or post.get("id"),
        "default_channel": "social",
        "author": _at(writer, "screen_name") or _at(writer, "username") or named,
        "role": "agent" if _at(writer, "verified_type") == "business" else None,
        "created_at": post.get("created_at"),
        "parent": _at(replied[0], "id")
        if replied
        else post.get("in_reply_to_status_id_str") or post.get("in_reply_to_status_id"),
    }


def _at(value: Any, *names: str) -> Any:
    """A value some levels down, or None where a level is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
