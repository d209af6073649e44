"""Saved pages: the post and each comment by itself, in the layouts of the common engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import load

from servicegap.readers.markup import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("one <b>two</b>three  <i> four</i>", "one twothree four"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("a<br>b<br/><br>c", "a\nb\n\nc"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("a&amp;b &lt;i&gt; &#8217; &nbsp;x", "a&b <i> \u2019 \xa0x"),
        ("a<script>no</script><style>no</style><!-- no -->b<noscript>no</noscript>", "ab"),
        ("<div style='DISPLAY : none'>no</div>a<p hidden>no</p>", "a"),
        ("<html><head><title>no</title></head><body>a</body></html>", "a"),
        ("", ""),
        ("just words < here > there", "just words < here > there"),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert text_of(html) == text


WORDPRESS = """<!DOCTYPE html><html><head><title>Lost bag | My blog</title></head><body class="single comments">
<header class="site-header"><nav>Home About</nav></header><div id="content"><main id="main">
<article id="post-7" class="post-7 post type-post hentry"><header class="entry-header"><h1 class="entry-title">Lost
bag</h1>
<div class="entry-meta">Posted by <span class="author vcard"><a class="url fn n">Ann</a></span> on
<time class="entry-date" datetime="2015-03-03T10:00:00+00:00">March 3</time> | 2 Comments</div></header>
<div class="entry-content"><p>They lost my bag.</p><div class="wp-polls">Poll: how was it?</div><p>Twice.</p>
<div class="sharedaddy">Share this: Twitter</div></div><footer class="entry-footer">Tagged travel</footer></article>
<div class="author-box">Ann is a writer.</div>
<div id="comments" class="comments-area"><h2 class="comments-title">2 thoughts on Lost bag</h2><ol class="comment-list">
<li id="comment-1" class="comment byuser comment-author-bob even depth-1"><article id="div-comment-1"
class="comment-body">
<footer class="comment-meta"><div class="comment-author vcard"><img><b class="fn">Bob</b> <span
class="says">says:</span></div>
<div class="comment-metadata"><a><time datetime="2015-03-04T10:00:00+00:00">March 4, 2015</time></a></div></footer>
<div class="comment-content"><p>Same here!</p><p>Awful.</p></div><div class="reply"><a
class="comment-reply-link">Reply</a></div>
</article><ol class="children"><li class="comment odd depth-2" id="comment-2"><article class="comment-body"><footer
class="comment-meta"><div class="comment-author vcard"><b class="fn">Cy</b> <span
class="says">says:</span></div></footer>
<div class="comment-content"><p>Me too.</p></div></article></li></ol></li>
<li class="pingback">Pingback: other blog</li></ol>
<div id="respond" class="comment-respond"><h3>Leave a Reply</h3><form>Your name</form></div></div></main></div>
<aside class="widget-area">Recent posts</aside><footer>Copyright</footer></body></html>"""


def test_wordpress(tmp_path: Path) -> None:
    post, first, second = load(tmp_path, "p.html", WORDPRESS)
    assert (post.text, post.title, post.author) == ("They lost my bag.\n\nTwice.", "Lost bag", "Ann")
    assert (post.id, post.channel, post.created_at) == ("p.html#0", "blog", "2015-03-03T10:00:00+00:00")
    assert (first.text, first.author, first.parent) == ("Same here!\n\nAwful.", "Bob", post.id)
    assert (first.id, first.channel, first.created_at) == ("p.html#0/c1", "comment", "2015-03-04T10:00:00+00:00")
    assert (second.text, second.author, second.parent) == ("Me too.", "Cy", first.id)


def test_wordpress_with_bare_comment_bodies(tmp_path: Path) -> None:
    page = """<div class="post"><div class="entry"><p>Post.</p></div></div><ol class="commentlist">
    <li class="comment" id="comment-5"><div id="div-comment-5" class="comment-body"><div class="comment-author
vcard"><cite
    class="fn">Bob</cite> <span class="says">says:</span></div><div class="comment-meta commentmetadata"><a>March 4,
2015 at
    9:00 am</a></div><p>Direct words.</p><div class="reply"><a>Reply</a></div></div></li></ol>"""
    post, comment = load(tmp_path, "p.html", page)
    assert (post.text, comment.text, comment.author) == ("Post.", "Direct words.", "Bob")


def test_old_blogger_list(tmp_path: Path) -> None:
    page = """<div id="header">Menu</div><div class="post"><h3 class="post-title">My phone</h3><div class="post-body
    entry-content">It broke.<br><br>Again.</div><div class="post-footer">Posted by <span
class="fn">Ann</span></div></div>
    <div class="comments" id="comments"><h4>2 comments:</h4><dl id="comments-block"><dt class="comment-author"
id="c11"><a>Bob</a>
    said...</dt><dd class="comment-body"><p>Tell me.</p></dd><dd class="comment-footer"><span
class="comment-timestamp"><a>March 3,
    2015 at 4:12 PM</a></span></dd><dt class="comment-author"><a>Cy</a> said...</dt><dd
class="comment-body"><p>Yes.</p></dd></dl>
    </div>"""
    post, first, second = load(tmp_path, "p.html", page)
    assert (post.text, post.author, post.title) == ("It broke.\n\nAgain.", "Ann", "My phone")
    assert (first.text, first.author, first.created_at) == ("Tell me.", "Bob", "2015-03-03T16:12:00")
    assert (second.text, second.author, second.parent) == ("Yes.", "Cy", post.id)


def test_new_blogger(tmp_path: Path) -> None:
    page = """<div class="post-body entry-content">Post.</div><section class="comments" id="comments"><h3>2
comments:</h3>
    <div id="comment-holder"><ol><li class="comment" id="c123456"><div class="avatar-image-container">x</div><div
    class="comment-block"><div class="comment-header"><cite class="user">Bob</cite><span class="datetime
secondary-text"><a>March 3,
    2015 at 4:12 PM</a></span></div><p class="comment-content">First.</p><span
class="comment-actions"><a>Reply</a></span></div>
    <div class="comment-replies"><ol><li class="comment" id="c123457"><div class="comment-block"><cite
class="user">Cy</cite>
    <p class="comment-content">Second.</p></div></li></ol></div></li></ol></div></section>"""
    post, first, second = load(tmp_path, "p.html", page)
    assert [d.text for d in (post, first, second)] == ["Post.", "First.", "Second."]
    assert (first.author, first.created_at, second.parent) == ("Bob", "2015-03-03T16:12:00", first.id)


def test_blogger_widgets_hold_the_page(tmp_path: Path) -> None:
    page = """<div class="header section"><h1 class="title">The blog</h1></div><div class="main section" id="main"><div
    class="widget Blog" id="Blog1"><div class="post hentry"><h3 class="post-title entry-title">The post</h3><div
    class="post-body entry-content">Post.</div><div class="post-footer"><span class="post-author vcard">Posted by <span
    class="fn">Ann</span></span> at <abbr class="published" title="2024-08-11T21:26:00+10:00">9:26
    pm</abbr></div></div></div></div>
    <div class="sidebar section"><div class="widget Profile">About me</div></div>"""
    [post] = load(tmp_path, "p.html", page)
    assert (post.text, post.title, post.author) == ("Post.", "The post", "Ann")
    assert post.created_at == "2024-08-11T21:26:00+10:00"


def test_wpdiscuz(tmp_path: Path) -> None:
    page = """<main><p>Post.</p></main><div class="wpd-thread-list"><div id="wpd-comm-1_0" class="comment
wpd-comment"><div
    class="wpd-comment-wrap"><div class="wpd-comment-left">x</div><div id="comment-1" class="wpd-comment-right"><div
    class="wpd-comment-header"><div class="wpd-comment-author"><a>Ann</a></div><div class="wpd-comment-date"
    title="March 4, 2015 1:10 am">9 years ago</div></div><div class="wpd-comment-text"><p>No.</p></div><div
    class="wpd-comment-footer">0 Reply</div></div></div><div class="comment wpd-comment wpd-reply"><div
class="wpd-comment-right"
    id="comment-2"><div class="wpd-comment-author">Bob</div><div
class="wpd-comment-text"><p>Why?</p></div></div></div></div></div>"""
    post, first, second = load(tmp_path, "p.html", page)
    assert [d.text for d in (post, first, second)] == ["Post.", "No.", "Why?"]
    assert (first.author, first.created_at, first.parent) == ("Ann", "2015-03-04T01:10:00", post.id)
    assert (second.author, second.parent) == ("Bob", first.id)


def test_disqus(tmp_path: Path) -> None:
    page = """<article><p>Post.</p></article><div id="disqus_thread"><ul id="post-list"><li class="post"
id="post-1"><div
    class="post-content"><header class="comment__header"><span class="author"><a>Ann</a></span><span
class="post-meta"><a
    class="time-ago" title="Tuesday, March 3, 2015 4:12 PM">3 years ago</a></span></header><div
class="post-message-container"><div
    class="post-message"><p>Hm.</p></div></div><footer class="comment__footer">Reply</footer></div><ul
class="children"><li
    class="post" id="post-2"><div class="post-content"><span class="author">Bob</span><div class="post-message"><p>Hm
too.</p></div>
    </div></li></ul></li></ul></div>"""
    post, first, second = load(tmp_path, "p.html", page)
    assert [d.text for d in (post, first, second)] == ["Post.", "Hm.", "Hm too."]
    assert (first.author, first.created_at, second.parent) == ("Ann", "2015-03-03T16:12:00", first.id)


def test_microdata(tmp_path: Path) -> None:
    page = """<div itemprop="articleBody"><p>Post.</p></div><div itemscope itemtype="https://schema.org/Comment"><span
    itemprop="author">Ann</span><meta itemprop="dateCreated" content="2015-03-03"><div
itemprop="text">Words.</div></div>"""
    post, comment = load(tmp_path, "p.html", page)
    assert (post.text, comment.text, comment.author, comment.created_at) == ("Post.", "Words.", "Ann", "2015-03-03")


@pytest.mark.parametrize(
    "page",
    [
        """<h2 class="topic-title">Slow</h2><div id="p101" class="post bg2"><dl class="postprofile"><dt><a
class="username">Ann</a>
        </dt><dd>Posts: 12</dd></dl><div class="postbody"><p class="author">by <a class="username">Ann</a> \u00bb Tue
Mar 3, 2015
        4:12 pm</p><div class="content">It is slow.</div></div></div><div id="p102" class="post bg1"><div
class="postbody"><p
        class="author">by <a class="username">Bob</a> \u00bb Wed Mar 4, 2015 4:12 pm</p><div class="content">Mine
too.</div></div></div>
        <div class="footer">Board index</div>""",
        """<div class="p-body">Menu</div><article class="message message--post" data-author="Ann" id="js-post-1"><div
        class="message-user">Ann Member</div><div class="message-attribution"><time
datetime="2015-03-03T16:12:00">x</time></div><div
        class="message-body"><div class="bbWrapper">It is slow.</div></div></article><article class="message
message--post"
        data-author="Bob" id="js-post-2"><div class="message-body"><div class="bbWrapper">Mine
too.</div></div></article>""",
        """<li class="postbitlegacy" id="post_1"><span class="username">Ann</span><div id="post_message_1">It is
slow.</div></li>
        <li class="postbitlegacy" id="post_2"><span class="username">Bob</span><div id="post_message_2">Mine
too.</div></li>""",
    ],
)
def test_forums(tmp_path: Path, page: str) -> None:
    opener, reply = load(tmp_path, "p.html", page)
    assert (opener.text, opener.author, opener.channel, opener.parent) == ("It is slow.", "Ann", "forum", None)
    assert (reply.text, reply.author, reply.channel, reply.parent) == ("Mine too.", "Bob", "forum", opener.id)
    assert reply.id == f"{opener.id}/c1"


def test_a_page_of_several_posts(tmp_path: Path) -> None:
    page = "".join(
        f'<article class="post"><h2 class="entry-title">T{number}</h2>'
        f'<div class="entry-content">Post {number}.</div></article>'
        for number in range(3)
    )
    posts = load(tmp_path, "p.html", page)
    assert [(post.text, post.title) for post in posts] == [("Post 0.", "T0"), ("Post 1.", "T1"), ("Post 2.", "T2")]
    assert len({post.id for post in posts}) == 3


def test_a_comment_that_is_marked_as_its_author_is_kept(tmp_path: Path) -> None:
    page = '<div id="comments"><div class="comment author">Short one.</div></div><article>Post.</article>'
    post, comment = load(tmp_path, "p.html", page)
    assert (post.text, comment.text) == ("Post.", "Short one.")


def test_words_in_a_text_are_never_taken_for_its_time_or_writer(tmp_path: Path) -> None:
    page = """<article><div class="entry-content">On <time>March 3, 2015</time> <span
    class="user">Acme</span> called.</div></article><div class="comment"><span class="author">Bob</span><div
    class="comment-content">Since <time>2 May 2015</time> nothing.</div></div>"""
    post, comment = load(tmp_path, "p.html", page)
    assert (post.text, post.author) == ("On March 3, 2015 Acme called.", None)
    assert (comment.text, comment.author) == ("Since 2 May 2015 nothing.", "Bob")


def test_comments_in_an_unknown_layout_are_found_by_their_lines(tmp_path: Path) -> None:
    page = """<article>Post.</article><div id="comments"><h3>2 Comments</h3><p><b>Jane Doe says:</b></p><p>Mine too.</p>
    <p><b>Bob Ray says:</b></p><p>No answer<br>at all.</p><h3>Leave a Reply</h3></div>"""
    post, first, second = load(tmp_path, "p.html", page)
    assert [(d.text, d.author) for d in (first, second)] == [
        ("Mine too.", "Jane Doe"),
        ("No answer\nat all.", "Bob Ray"),
    ]
    assert (first.id, first.parent, second.parent) == ("p.html#0/c1", post.id, post.id)


def test_comments_without_their_post_answer_nothing(tmp_path: Path) -> None:
    [comment] = load(tmp_path, "p.html", '<div class="comment">Alone.</div>')
    assert (comment.text, comment.parent, comment.id) == ("Alone.", None, "p.html#0/c1")


def test_a_page_without_any_structure_is_one_document(tmp_path: Path) -> None:
    [page] = load(tmp_path, "p.html", "<nav>Menu</nav><p>It broke.</p><div>Again.</div>")
    assert (page.text, page.channel) == ("It broke.\n\nAgain.", "blog")
    [page] = load(tmp_path, "q.html", "<div class=menu>Only this</div>")
    assert page.text == "Only this"
    [page] = load(tmp_path, "r.html", "")
    assert page.text == ""


def test_declared_charset(tmp_path: Path) -> None:
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=shift_jis"></head><p>\u306f\u3044</p>'
    )
    assert load(tmp_path, "p.html", page.encode("shift_jis"))[0].text == "\u306f\u3044"
    assert load(tmp_path, "q.html", "<p>caf\u00e9</p>".encode("utf-16"))[0].text == "caf\u00e9"
