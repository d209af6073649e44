from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicegap.text.roles import mark

CHANNELS = (None, "email", "thread", "blog", "comment", "forum", "social", "review", "form", "chat")


def marked(text: str, channel: str | None = None) -> list[tuple[str, str]]:
    return [(part.role, text[part.start : part.end].strip()) for part in mark(text, channel=channel)]


def role_of(text: str, words: str, channel: str | None = None) -> str:
    at = text.index(words)
    return next(part.role for part in mark(text, channel=channel) if part.start <= at < part.end)


PIECES = st.sampled_from(
    [
        *(
            "> quoted\n",
            ">> deeper\n",
            ">\n",
            "\n",
            "plain words\n",
            "On 3 Mar 2020 at 10:11, Ann wrote:\n",
            "he wrote:\n",
        ),
        *("On Tue, 3 Mar 2020 at 10:11,\n", "Ann <a@b.c> wrote:\n", "-----Original Message-----\n", "From: Support\n"),
        *(
            "Sent: today\n",
            "To: me\n",
            "Subject: x\n",
            "-- \n",
            "Kind regards,\n",
            "Ann Lee\n",
            "Sent from my iPhone\n",
        ),
        *("Agent Ria: hello, how can I help?\n", "Customer: late\r\n", "Me: late\r", "[10:02] Sam (Support): hi\n"),
        *(
            "Leave a Reply\n",
            "This e-mail is for the intended recipient.\n",
            "FYI\n",
            "| bar\n",
            "→ yes\n",
            "\x0b",
            "no end",
        ),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.sampled_from(CHANNELS))
def test_parts_tile_the_text(text: str, channel: str | None) -> None:
    parts = mark(text, channel=channel)
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert all(part.start < part.end for part in parts)
    assert all(one.end == two.start and one.role != two.role for one, two in pairwise(parts))


@pytest.mark.parametrize(
    "text",
    [
        "Still no parcel.",
        "Two lines,\nboth mine.\n\nAnd a third: no reply since 3 March.",
        "> 3 weeks and nothing\nthis is a joke",
        ">:( \nwhere is it",
        "Staff: rude\nRoom: dirty\nService: slow\n",
        "On Monday I rang and the man said:\nwe will call you back by 5 pm on 3 March 2020\nNobody did.",
        "Thanks for nothing\nI will never order again",
        "Thanks\nWorst service ever",
        'They told me "we treat all customers the same".\n\n“Our team is not to blame.” - and who is?',
        "This email is a formal complaint.\nYou charged me twice.",
        "From: Leicester\nTo: London\nThe train was two hours late.",
        "I asked them to\nunsubscribe me and they still write",
    ],
)
@pytest.mark.parametrize("channel", [None, "review", "blog"])
def test_the_customers_words_stay_the_customers(text: str, channel: str | None) -> None:
    assert marked(text, channel) == [("customer", text.strip())]


def test_empty_text_has_no_parts() -> None:
    assert mark("") == ()


@pytest.mark.parametrize(
    "header",
    [
        "On Tue, 3 Mar 2020 at 10:11, Ann from Support <ann@brightco.example> wrote:",
        "On Tue, 3 Mar 2020 at 10:11, Ann from Support\n<ann@brightco.example> wrote:",
        "Am 03.03.2020 um 10:11 schrieb Kundenservice <hilfe@brightco.example>:",
        "Le mar. 3 mars 2020 à 10:11, Service Client <aide@brightco.example> a écrit :",
        "El mar, 3 mar 2020 a las 10:11, Support Team (<hola@brightco.example>) escribió:",
        ">>> Reservations <r@brightco.example> 03/03/2020 10:11 >>>",
        "2020-03-03 10:11 GMT+01:00 Support <ann@brightco.example>:",
        "-----Original Message-----\nFrom: Customer Care\nSent: 3 March 2020 10:11\nTo: Joe\nSubject: RE: order",
        "From: Customer Care <care@brightco.example>\nSent: Tuesday, 3 March 2020\nTo: Joe\nSubject: order",
        "Von: Kundenservice\nGesendet: Dienstag, 3. März 2020\nAn: Joe\nBetreff: Auftrag",
        "De : Service Client\nEnvoyé : mardi 3 mars 2020\nÀ : Joe\nObjet : commande",
        "De: Customer Service\nEnviado: martes, 3 de marzo\nPara: Joe\nAsunto: pedido",
        "Begin forwarded message:\n\nFrom: no-reply@brightco.example\nDate: 3 March 2020\nTo: Joe",
    ],
)
@pytest.mark.parametrize("mark_", ["", "> "])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_agents_message_is_known_by_its_header(header: str, mark_: str, newline: str) -> None:
    text = f"It never came.\n\n{header}\n\n{mark_}You will have it by Friday.\n{mark_}We never lie.\n".replace(
        "\n", newline
    )
    parts = marked(text, "email")
    assert [role for role, _ in parts] == ["customer", "boilerplate", "quoted_agent"]
    assert parts[0][1] == "It never came."
    assert parts[2][1].replace(newline, "\n") == f"{mark_}You will have it by Friday.\n{mark_}We never lie."


def test_replies_between_quoted_lines_are_the_customers() -> None:
    text = (
        "On 3 Mar 2020 at 10:11, Acme Support wrote:\n"
        "> Did you try again?\nYes, twice.\n> Is the light green?\nThere is no light.\n"
    )
    assert [words for role, words in marked(text, "email") if role == "customer"] == [
        "Yes, twice.",
        "There is no light.",
    ]
    assert role_of(text, "Is the light", "email") == "quoted_agent"


def test_the_customers_own_earlier_message_is_quoted_customer() -> None:
    text = (
        "Dear Ms Bell\nStill waiting.\n\nCarol Adeyemi\n\n"
        "> On 14 Nov 2019 at 09:15, Tracy Bell wrote:\n> Hi Carol, it is booked for the 3rd.\n"
        "> On 13 Nov 2019 at 18:40, Carol Adeyemi wrote:\n>> Nobody came yesterday.\n"
    )
    assert role_of(text, "Still waiting", "thread") == "customer"
    assert role_of(text, "booked for", "thread") == "quoted_agent"
    assert role_of(text, "Nobody came", "thread") == "quoted_customer"


@pytest.mark.parametrize("cover", ["FYI", "Please see below, can you deal with this?", "Forwarding this one. Ann", ""])
def test_a_forwarded_complaint_is_its_customers(cover: str) -> None:
    text = (
        f"{cover}\n\n---------- Forwarded message ---------\nFrom: Joe Brown <joe@gmail.com>\nDate: 3 March 2020\n"
        "Subject: Broken\n\nMy kettle broke after a day and you never answered.\n"
    )
    assert role_of(text, "My kettle", "email") == "customer"
    assert role_of(text, "Subject", "email") == "boilerplate"


def test_a_forwarded_agents_message_stays_the_agents() -> None:
    text = "FYI\n\n-----Original Message-----\nFrom: Acme Support\nSent: 3 March\n\nThanks for writing. We will call.\n"
    assert role_of(text, "We will call", "email") == "quoted_agent"


def test_a_document_that_begins_with_its_own_header_is_its_writers() -> None:
    text = "From: Noor\nTo: support@brightco.example\nSubject: locked out\n\nMy account is locked and nobody answers.\n"
    assert marked(text, "email")[1] == ("customer", "My account is locked and nobody answers.")


def test_a_reply_below_an_unmarked_quotation_is_not_lost() -> None:
    text = (
        "On 3 Mar 2020 at 10:11, Acme Support <s@acme.example> wrote:\nThank you for contacting us.\n"
        "Kind regards,\nLewis\n\nStill not here. I have waited in twice.\n"
    )
    assert role_of(text, "Thank you", "email") == "quoted_agent"
    assert role_of(text, "Still not here", "email") == "customer"


def test_bars_quote_as_well() -> None:
    text = "On 17 Jan 2024, at 08:55, Service <s@acme.example> wrote:\n| Visit at 7.\n| Be in.\nThat is nine hours.\n"
    assert [role for role, _ in marked(text, "email")] == ["boilerplate", "quoted_agent", "customer"]


def test_quotations_on_a_page() -> None:
    text = (
        "I wrote to them:\n\n> My broadband has been down for a week and you never called.\n\nThey answered:\n\n"
        "> We are sorry for the delay. Our engineers will look into your case.\n\nThat was in May.\n"
    )
    assert role_of(text, "My broadband", "blog") == "customer"
    assert role_of(text, "We are sorry", "blog") == "quoted_agent"
    assert role_of(text, "They answered", "blog") == "customer"
    assert role_of(text, "That was", "blog") == "customer"


def test_a_message_pasted_into_a_page_ends_with_its_sign_off() -> None:
    text = (
        "Look at this.\n\nOn Sun, May 18, 2008 at 7:23 PM, Acme Support <x@acme.example> wrote:\n\n"
        "Thank you for contacting us. We will call you.\n\nRegards,\n\nLee\n\nThey never called me, of course.\n"
    )
    assert role_of(text, "We will call", "blog") == "quoted_agent"
    assert role_of(text, "They never called", "blog") == "customer"


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nHead of Nothing, so there",
        "Kind regards,\nAnn Lee\n+44 20 7946 0000\nann@lee.example",
        "Yours sincerely\n\nMr A. Lee",
        "Thanks\nAnn",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
    ],
)
def test_signatures(signature: str) -> None:
    assert marked(f"Nobody called me back.\n\n{signature}\n", "email") == [
        ("customer", "Nobody called me back."),
        ("signature", signature),
    ]


def test_words_after_a_sign_off_are_the_customers() -> None:
    text = "Refund me.\n\nRegards,\nAnn Lee\n\nP.S. the driver was rude to my mother.\n"
    assert role_of(text, "P.S.", "email") == "customer"


@pytest.mark.parametrize(
    "footer",
    [
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
        "If you are not the intended recipient, delete it.",
        "Click here to unsubscribe",
        "Please consider the environment before printing this e-mail.",
        "Virus-free. www.avast.com",
    ],
)
def test_disclaimers_and_footers(footer: str) -> None:
    assert marked(f"You lost my bag.\n\n{footer}\n", "email") == [
        ("customer", "You lost my bag."),
        ("boilerplate", footer),
    ]


@pytest.mark.parametrize(
    "furniture",
    [
        *("Leave a Reply", "Share this:", "Posted in Travel, Complaints", "Log in to reply", "Tagged: bank, fees"),
        *("Related posts", "We use cookies to improve your experience.", "Home | About | Contact us", "17 Comments"),
        *("You are commenting using your WordPress.com account. Log Out / Change )", "Connecting to %s"),
        *(
            "Your email address will not be published. Required fields are marked *",
            "Email (required) (Address never made public)",
        ),
    ],
)
def test_furniture(furniture: str) -> None:
    assert marked(f"They lost my bag.\n\n{furniture}\n", "blog") == [
        ("customer", "They lost my bag."),
        ("boilerplate", furniture),
    ]


def test_furniture_words_within_a_line_are_nothing() -> None:
    text = "They lost my bag.\nI had to log in to reply and share this with you.\nWould you register?\n"
    assert [role for role, _ in marked(text, "blog")] == ["customer"]


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("Agent Ria: I cannot open that.", "Customer: it is my parcel"),
        ("[10:02] Sam (Support): I cannot open that.", "[10:03] Joe: it is my parcel"),
        ("Sam (Support) 10:02 am: I cannot open that.", "Joe 10:03 am: it is my parcel"),
        ("Bot: I cannot open that.", "You: it is my parcel"),
        ("**Support**: I cannot open that.", "**Me**: it is my parcel"),
    ],
)
@pytest.mark.parametrize("channel", ["chat", "blog", None])
def test_turns_of_a_chat(agent: str, customer: str, channel: str | None) -> None:
    text = f"{customer}\n{agent}\n{customer}\n{agent}\n"
    assert marked(text, channel) == [("customer", customer), ("quoted_agent", agent)] * 2


def test_the_other_side_of_a_chat_is_the_agent() -> None:
    text = "Me: no signal since the 4th\nSol: it will be back\nMe: when\nSol: soon\n"
    assert [role for role, _ in marked(text, "chat")] == ["customer", "quoted_agent"] * 2
    assert [role for role, _ in marked(text, "social")] == ["customer"]


def test_a_chat_says_who_joined_and_whose_words_go_on() -> None:
    text = "Dev has joined\nDev: hold on\none moment\nNkechi: it is 30 pounds\n"
    assert marked(text, "chat") == [
        ("boilerplate", "Dev has joined"),
        ("quoted_agent", "Dev: hold on\none moment"),
        ("customer", "Nkechi: it is 30 pounds"),
    ]


def test_chat_sides_may_be_marked_by_signs() -> None:
    text = "< where is it\n> I understand! Can I take your name?\n< i typed my name twice\n> I understand!\n"
    assert [role for role, _ in marked(text, "chat")] == ["customer", "quoted_agent"] * 2


def test_the_narrative_around_a_transcript_is_the_customers() -> None:
    text = (
        "I rang them.\n\nMe: It is slow.\n\nRep: We tested it.\n\nThen he hung up.\n\nMe: Hello?\n\nRep: We can help.\n"
    )
    assert [words for role, words in marked(text, "blog") if role == "quoted_agent"] == [
        "Rep: We tested it.",
        "Rep: We can help.",
    ]


def test_real_posts_and_reviews_are_nearly_all_their_customers() -> None:
    folder = os.environ.get("SERVICEGAP_DATA")
    if not folder:
        pytest.skip("SERVICEGAP_DATA is not set: no real texts here")
    for name, least in (("social", 0.999), ("reviews", 0.999), ("blogs", 0.95)):
        total = kept = 0
        with (Path(folder) / "reading" / f"{name}.jsonl").open(encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                channel = "blog" if name == "blogs" else record["channel"]
                for part in mark(record["text"], channel=channel):
                    total += part.end - part.start
                    kept += (part.end - part.start) * (part.role == "customer")
        assert kept / total >= least, name
