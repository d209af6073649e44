"""Pages saved as text: every comment found in its engine's layout, furniture in no document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import load

from servicegap.readers.furniture import head_at, is_name
from servicegap.readers.page import divide, looks_saved

POST = """\
Skip to content

Home
About

My kettle broke twice

I bought a kettle in March and it broke after two days, so I asked for another one.

The second one broke as well. Nobody answers my mails.
"""
FIRST = "The same happened to me.\n\nThey never called back either."
SECOND = "Send it back!"


def check(
    tmp_path: Path, page: str, *, answers: bool = False, dated: bool = True, channel: str = "comment"
) -> list[Any]:
    path = "page.txt"
    post, first, second = load(tmp_path, path, page)
    assert post.text.endswith("Nobody answers my mails.")
    assert post.text.startswith(("My kettle broke twice", "I bought a kettle"))
    assert (first.text, first.author) == (FIRST, "Jane van Doe")
    assert (second.text, second.author) == (SECOND, "catlover99")
    assert (post.id, first.id, second.id) == (f"{path}#0", f"{path}#0/c1", f"{path}#0/c2")
    assert (first.parent, second.parent) == (post.id, first.id if answers else post.id)
    assert (first.channel, second.channel) == (channel, channel)
    if dated:
        assert (first.created_at, second.created_at) == ("2015-03-03T16:12:00", "2015-03-04T09:05:00")
    for document in (post, first, second):
        start = document.source.start
        assert page[start : start + len(document.text)] == document.text
    return [post, first, second]


def test_doubled_names_over_relative_times(tmp_path: Path) -> None:
    page = f"""{POST}
BrainTrust

Discussion Questions

Should shops answer their mail, and would you complain at once or wait for them to react?

Poll

2 Comments
Oldest
Newest Most Voted
Inline Feedbacks
View all comments
Jane van Doe
Jane van Doe
9 years ago

{FIRST}

0
Reply
catlover99
catlover99
Guest
9 years ago
Reply to Jane van Doe

{SECOND}
"""
    post, *_ = check(tmp_path, page, answers=True, dated=False)
    assert "BrainTrust" not in post.text
    assert (post.title, post.channel) == ("My kettle broke twice", "blog")


def test_says_over_a_date(tmp_path: Path) -> None:
    page = f"""{POST}
Share this post
Tweet
Share
Pin
Email

2 Responses to \u201cMy kettle broke twice\u201d

Jane van Doe says:
March 3, 2015 at 4:12 pm
{FIRST}
Reply
catlover99 says:
March 4, 2015 at 9:05 am
{SECOND}
Reply

Leave a Reply

Your email address will not be published. Required fields are marked *
"""
    check(tmp_path, page)


def test_name_and_date_on_one_line(tmp_path: Path) -> None:
    page = f"""{POST}
2 thoughts on \u201cMy kettle broke twice\u201d

Jane van Doe on March 3, 2015 at 4:12 pm said:

{FIRST}

Reply \u2193

catlover99 on March 4, 2015 at 9:05 am said:

{SECOND}
"""
    check(tmp_path, page)


def test_date_before_the_name(tmp_path: Path) -> None:
    page = (
        f"{POST}\nComments:\n\nOn March 3, 2015 at 4:12 pm Jane van Doe said:\n{FIRST}\n\n"
        f"4 March 2015, 09:05 catlover99\n{SECOND}\n"
    )
    check(tmp_path, page)


def test_new_blogger_runs_names_and_dates_together(tmp_path: Path) -> None:
    page = f"""{POST}
Posted by Ann Lee at 3:05 PM
Labels: kettles

2 comments:

Jane van DoeMarch 3, 2015 at 4:12 PM
{FIRST}
Reply
Delete
catlover99March 4, 2015 at 9:05 AM
{SECOND}
Reply

Add a comment
"""
    check(tmp_path, page)


def test_old_blogger_dates_below(tmp_path: Path) -> None:
    page = f"""{POST}
2 comments:

Jane van Doe said...
{FIRST}
March 3, 2015 at 4:12 PM
catlover99 said...
{SECOND}
March 4, 2015 at 9:05 AM

Post a Comment
Newer Post
Older Post
Home
Subscribe to: Post Comments (Atom)
"""
    check(tmp_path, page)


def test_feet_below_the_comments(tmp_path: Path) -> None:
    page = f"""{POST}
Comments

{FIRST}

Posted by: Jane van Doe | March 3, 2015 at 04:12 PM

{SECOND}

Posted by: catlover99 | March 4, 2015 at 09:05 AM

Comments are closed.
"""
    check(tmp_path, page)


def test_disqus(tmp_path: Path) -> None:
    page = f"""{POST}
2 Comments
Login
Recommend
Share
Sort by Best
Join the discussion\u2026

Jane van Doe \u2022 9 years ago
{FIRST}
3
\u2022
Reply
\u2022
Share \u203a
catlover99 \u2022 9 years ago
{SECOND}
\u2022
Reply
"""
    check(tmp_path, page, dated=False)


def test_forum_thread(tmp_path: Path) -> None:
    page = """\
Board index

Kettle trouble

Post by Ann Lee \u00bb Tue Mar 3, 2015 3:00 pm

I bought a kettle and it broke.

Ann Lee
Posts: 12
Joined: Mon Jan 5, 2009 1:00 pm

Re: Kettle trouble
Post by Jane van Doe \u00bb Tue Mar 3, 2015 4:12 pm

Same here.

Re: Kettle trouble
Post by catlover99 \u00bb Wed Mar 4, 2015 9:05 am

@Jane van Doe, send it back!

Who is online
"""
    opener, first, second = load(tmp_path, "page.txt", page)
    assert opener.text.startswith("I bought a kettle and it broke.")
    assert (opener.author, opener.parent, opener.channel) == ("Ann Lee", None, "forum")
    assert first.text.startswith("Same here.")
    assert (first.author, first.parent, first.created_at) == ("Jane van Doe", opener.id, "2015-03-03T16:12:00")
    assert (second.author, second.parent, second.channel) == ("catlover99", first.id, "forum")


def test_a_page_without_comments_loses_its_furniture(tmp_path: Path) -> None:
    page = (
        f"May 11, 2016 Ann Lee\n\n{POST}\nShare your stories below\u2026\n\n[form id='3']\n\n"
        f"Tagged: , ,\n\nAbout the Author\n\n"
        "Ann Lee has been writing about kettles for most of her life, and sells them too.\n\nCall us now!\n"
    )
    [post] = load(tmp_path, "a.txt", page)
    assert post.text.endswith("Share your stories below\u2026")
    assert (post.author, post.created_at) == ("Ann Lee", "2016-05-11")


def test_lines_between_title_and_post(tmp_path: Path) -> None:
    page = (
        "Home\nAbout\n\nMy kettle\n\nPosted by Ann on 9 November 2023 in Kitchen, Post\nFiled under: kettles\n\n"
        "It broke after two days, and nobody answers.\n\nShare this\n\nRelated posts\nOther kettles\n\nLeave a Reply\n"
    )
    [post] = load(tmp_path, "a.txt", page)
    assert post.text == "It broke after two days, and nobody answers."
    assert (post.title, post.author, post.created_at) == ("My kettle", "Ann", "2023-11-09")


def test_form_before_comments(tmp_path: Path) -> None:
    page = f"""{POST}
2 Comments

Leave a Reply

You must be logged in to post a comment.

Jane van Doe
March 3, 2015 at 4:12 pm

{FIRST}

Reply

catlover99
March 4, 2015 at 9:05 am

{SECOND}
"""
    check(tmp_path, page)


@pytest.mark.parametrize(
    "text",
    [
        "They lost my bag.\n\nI want it back.",
        "Dear Sir,\n\nOn March 3, 2015 I ordered a kettle.\n\nComments: none of your staff could help.\n"
        "\nYours,\nJane Doe",
        "Jane Doe\nMarch 3, 2015\n\nDear Acme,\n\nit broke.\n\nBob Ray\nMarch 4, 2015\n\nIt broke again.",
        "Agent: hello\nCustomer: it broke\nAgent: sorry",
        "Poll",
        "",
    ],
)
def test_texts_that_are_no_pages(tmp_path: Path, text: str) -> None:
    assert not looks_saved(text)
    [document] = load(tmp_path, "a.txt", text)
    assert document.text == text


def test_words_that_look_like_furniture_stay_in_a_comment(tmp_path: Path) -> None:
    page = (
        f"{POST}\n2 Comments\n\nJane van Doe says:\nNo response\nDown again\n\nTom says:\n"
        f"3 replies to my mail, no help.\nNo answer\n"
    )
    _, first, second = load(tmp_path, "a.txt", page, format="page")
    assert (first.text, second.text) == ("No response\nDown again", "3 replies to my mail, no help.\nNo answer")


def test_comments_without_a_post(tmp_path: Path) -> None:
    first, second = load(
        tmp_path, "a.txt", "2 Comments\n\nJane Doe says:\nMine too.\n\nTom says:\nAnd mine.\n", format="page"
    )
    assert [(c.id, c.parent, c.channel) for c in (first, second)] == [
        ("a.txt#0/c1", None, "comment"),
        ("a.txt#0/c2", None, "comment"),
    ]


def test_format_decides(tmp_path: Path) -> None:
    page = f"{POST}\n1 Comment\n\nJane van Doe says:\n{FIRST}\n\nLeave a Reply\n"
    assert len(load(tmp_path, "a.txt", page)) == 2
    [whole] = load(tmp_path, "b.txt", page, format="text")
    assert whole.text == page
    [alone] = load(tmp_path, "c.txt", "It broke.\n", format="page")
    assert (alone.text, alone.source.start) == ("It broke.\n", 0)


@pytest.mark.parametrize(
    "said", ["Jane Doe", "J. R. Smith", "Ludwig van Beek", "catlover99", "O'Neil", "\u0410\u043d\u043d\u0430"]
)
def test_names(said: str) -> None:
    assert is_name(said)


@pytest.mark.parametrize(
    "said", ["", "Reply", "The manager", "Still waiting", "Why?", "I said so", "Home", "a" * 60, "5"]
)
def test_no_names(said: str) -> None:
    assert not is_name(said)


@pytest.mark.parametrize(
    "said", ["On March 3, 2015 I called them", "It arrived 9 years ago", "He said:", "x" * 200, ""]
)
def test_no_heads(said: str) -> None:
    assert head_at(0, said) is None


LINES = st.sampled_from(
    [
        "2 Comments",
        "Jane Doe",
        "Jane Doe says:",
        "Posted by Bob Ray on March 3, 2015",
        "9 years ago",
        "March 3, 2015 at 4:12 pm",
        "Reply",
        "0",
        "",
        "Leave a Reply",
        "Tagged: x",
        "About the Author",
        "It broke and nobody answered for weeks.",
        "  indented words\r",
        "\xa0",
        "Reply to Jane Doe",
        "@Jane Doe no",
    ]
)


@given(st.lists(LINES, max_size=25))
def test_stretches_are_in_order_apart_and_within(lines: list[str]) -> None:
    text = "\n".join(lines)
    page = divide(text)
    stretches = [*([page.post] if page.post else []), *page.comments]
    at = 0
    for stretch in stretches:
        assert at <= stretch.start < stretch.end <= len(text)
        assert text[stretch.start : stretch.end].strip()
        at = stretch.end
