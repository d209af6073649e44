"""Whose words are whose: quoted messages, chat turns, signatures and page furniture.

Everything works on lines. A line stays the customer's unless the text shows plainly that
it is not: to lose the customer's words is the worst error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from servicegap.text import signs
from servicegap.types import Part, PartRole

_PAGES: Final = frozenset({"blog", "comment", "form", "forum", "review", "social"})
"""Channels where a quotation stands within the customer's own text, and rarely has a header."""


@dataclass(slots=True)
class _Message:
    """A message within the text: the line that says who wrote it, and the rows that it holds."""

    head: str | None = None
    bare: bool = False
    rows: list[int] = field(default_factory=list)


def _names(text: str) -> set[str]:
    found = re.findall(r"[^\W\d_]{2,}", text[: signs.HEAD])
    return {word for word in found if word[0].isupper() and not signs.NO_NAME.match(word)}


def _leaning(text: str) -> int:
    """Over 0 where the words are rather the company's, under 0 where rather a customer's."""
    return len(signs.AGENT_WORDS.findall(text)) - len(signs.CUSTOMER_WORDS.findall(text))


def _is_told(head: str) -> bool:
    """Whether what leads up to a quotation is the customer's own sentence."""
    return signs.TOLD.search(head) is not None or (head.count(" ") > 6 and not any(map(str.isdigit, head)))


def _is_menu(body: str) -> bool:
    items = signs.BARS.split(body)
    return len(items) > 2 and signs.MENU.search(body) is not None and all(0 < len(item) <= 20 for item in items)


def _is_name_like(body: str) -> bool:
    """Whether a line after a sign-off reads as a name, a post, a phone number or an address."""
    if len(body) > 60 or body[-1] in "?!:;":
        return False
    words = [word.strip("(),.\"'") for word in body.split()]
    if signs.CONTACT.match(body) or len(words) == 1:
        return True
    return len(words) <= 7 and all(not word[:1].islower() or word in signs.JOINING for word in words)


class _Marker:
    """The lines of one text, and the role of each as far as it is known."""

    def __init__(self, text: str, channel: str | None) -> None:
        self.lines = text.splitlines(keepends=True)
        self.channel = channel
        self.depths = [0] * len(self.lines)
        self.bodies = [line.strip() for line in self.lines]
        if ">" in text and channel != "chat":
            self._unquote()
        self.roles: list[PartRole | None] = [None] * len(self.lines)
        self.messages = [_Message()]

    def parts(self) -> tuple[Part, ...]:
        """Mark the lines, message by message, and join them to parts."""
        self._split()
        own = self.messages[0]
        roles: list[PartRole] = [self._role(message) for message in self.messages]
        if "quoted_customer" in roles and self._is_cover_note(own.rows):
            roles = ["customer" if role == "quoted_customer" else role for role in roles]
        for message, role in zip(self.messages, roles, strict=True):
            theirs: PartRole = "customer" if role == "customer" or self.channel in _PAGES else "quoted_customer"
            turns = self._turns(message.rows, theirs)
            for row in message.rows:
                self.roles[row] = turns.get(row, role)
            if role == "customer" and not turns:
                self._mark_signature(message.rows)
                self._mark_furniture(message.rows)
        return self._joined()

    def _unquote(self) -> None:
        """Note how deep each line is quoted, and take the marks off."""
        for row, line in enumerate(self.lines):
            if ">" in line and (match := signs.QUOTED.match(line)) and not signs.FRAMED.match(self.bodies[row]):
                self.depths[row] = min(match.group().count(">"), signs.DEPTH)
                self.bodies[row] = line[match.end() :].strip()

    def _split(self) -> None:
        """Give each line to its message, by headers, attributions and depth."""
        depths, following = self.depths, self._following()
        current = self.messages[:]  # by depth; the first is the one whose lines stand unmarked
        row = last = 0
        separated = False
        while row < len(depths):
            if not self.bodies[row]:
                row += 1
                continue
            depth = depths[row]
            if depth < last and self.channel in _PAGES:
                del current[depth + 1 :]
            last = depth
            while len(current) <= depth:
                current.append(_Message())
                self.messages.append(current[-1])
            after, head, firm = self._header(row, separated)
            deeper = after < len(depths) and depths[following[after]] > depth
            if row == following[0] < after and depth == 0 and not deeper and signs.FROM.match(head):
                self.roles[row:after] = ["boilerplate"] * (after - row)  # the document's own header
                row = after
                continue
            if after > row and (firm or deeper):
                if not deeper and depth == 0 and after < len(depths) and self.bodies[following[after]][:1] == "|":
                    deeper = self._quote_bars(following[after])
                told = not firm and _is_told(head)
                self.messages.append(_Message(None if told else head, bare=not deeper and depth == 0))
                current[depth + deeper :] = self.messages[-1:]
                if told:
                    current[depth].rows += range(row, after)
                else:
                    self.roles[row:after] = ["boilerplate"] * (after - row)
                separated = not head
                row = after
                continue
            separated = False
            current[depth].rows.append(row)
            row += 1

    def _quote_bars(self, row: int) -> bool:
        """Take "| " for the mark of quoting where lines with it follow an attribution."""
        while row < len(self.bodies) and self.bodies[row][:1] == "|":
            self.depths[row], self.bodies[row] = 1, self.bodies[row][1:].strip()
            row += 1
        return True

    def _following(self) -> list[int]:
        """For each row, the first at or after it that is not blank; the last row stands for none."""
        following = list(range(len(self.bodies)))
        for row in range(len(following) - 2, -1, -1):
            if not self.bodies[row]:
                following[row] = following[row + 1]
        return following

    def _header(self, row: int, separated: bool) -> tuple[int, str, bool]:
        """Return the row after the header that begins here, its sender, and whether it needs no deeper lines below.

        The row itself where none begins.
        """
        body, depth = self.bodies[row], self.depths[row]
        if len(body) > signs.HEAD:
            return row, "", False
        if signs.SEPARATOR.match(body):
            return row + 1, "", True
        if signs.FROM.match(body):
            after = row + 1
            while after < len(self.bodies) and depth == self.depths[after] and signs.FIELD.match(self.bodies[after]):
                after += 1
            fields = self.bodies[row + 1 : after]
            deeper = after < len(self.bodies) and self.depths[after] > depth
            enough = separated or depth > 0 or deeper or len(fields) > (self.channel in _PAGES)
            sure = separated or depth > 0 or not all(map(signs.TO.match, fields))
            return (after, body, True) if enough and sure else (row, "", False)
        if signs.ADDRESSED.match(body) or signs.FRAMED.match(body):
            return row + 1, body, True
        opened = signs.OPENS.match(body) is not None
        if not opened and body[-1] != ":":
            return row, "", False
        for after in range(row + 1, min(row + (4 if opened else 2), len(self.bodies) + 1)):
            if after > row + 1:
                if self.depths[after - 1] != depth or not self.bodies[after - 1]:
                    break
                body += " " + self.bodies[after - 1]
            if body[-1] == ":":
                if len(body) > signs.HEAD or not signs.WROTE.search(body):
                    break
                dated = opened and any(map(str.isdigit, body)) and not signs.TOLD.search(body)
                return after, body, dated and (depth > 0 or signs.EXACT.search(body) is not None)
        return row, "", False

    def _role(self, message: _Message) -> PartRole:
        """Decide who wrote a message, by its header, by whom it and the reply greet, and by its words."""
        own = self.messages[0]
        if message is own or not message.rows:
            return "customer"
        words = "\n".join(self.bodies[row] for row in message.rows)
        if message.bare and (self.channel in _PAGES or not own.rows):
            return self._pasted(message, words)
        head = message.head
        if head is None and self.channel not in ("email", "thread"):
            if _leaning(words) > 0:
                return "quoted_agent"
            return "quoted_customer" if self.channel in ("forum", "comment") else "customer"
        signed = self._signed(own.rows)
        named = _names(head or "")
        if signs.FREEMAIL.search(head or "") or named & signed:
            return "quoted_customer"
        if signs.COMPANY.search(head or ""):
            return "quoted_agent"
        greeted = _names(self.bodies[own.rows[0]][:40]) if own.rows else set()
        opening, sign_off = _names(self.bodies[message.rows[0]][:40]), self._signed(message.rows)
        if greeted & (named | sign_off) or opening & signed:
            return "quoted_agent"
        if signed and named and not self._is_cover_note(own.rows):
            return "quoted_agent" if _leaning(words) >= 0 else "quoted_customer"
        return "quoted_agent" if _leaning(words) > 0 else "quoted_customer"

    def _signed(self, rows: Sequence[int]) -> set[str]:
        """Return the names in the last short lines of a message."""
        last = [self.bodies[row] for row in rows[1:][-3:]]
        return _names(" ".join(body for body in last if body.count(" ") < 5 and body[-1] not in "?!:"))

    def _pasted(self, message: _Message, words: str) -> PartRole:
        """Keep of a company's message pasted into a page what ends with its sign-off; the rest is the customer's."""
        if signs.COMPANY.search(message.head or "") or _leaning(words) > 0:
            for at, row in enumerate(message.rows):
                if signs.CLOSING.match(self.bodies[row]) or signs.THANKS.match(self.bodies[row]):
                    end = self._block_end(message.rows, at)
                    self.messages[0].rows += message.rows[end:]
                    del message.rows[end:]
                    return "quoted_agent"
            if self.channel in _PAGES and signs.COMPANY.search(message.head or "") and _leaning(words) > 0:
                return "quoted_agent"
        return "customer"

    def _block_end(self, rows: Sequence[int], at: int) -> int:
        """Return where the lines of a signature end that begins with the sign-off `rows[at]`."""
        end = at + 1
        while end < min(len(rows), at + 7) and _is_name_like(self.bodies[rows[end]]):
            if end > at + 1 and rows[end] > rows[end - 1] + 1:
                break
            end += 1
        return end

    def _is_cover_note(self, rows: Sequence[int]) -> bool:
        text = " ".join(self.bodies[row] for row in rows[: signs.COVER_WORDS])
        return not text or (
            len(rows) < signs.COVER_WORDS and text.count(" ") < signs.COVER_WORDS and bool(signs.COVER.search(text))
        )

    def _turns(self, rows: Sequence[int], theirs: PartRole) -> dict[int, PartRole]:
        """Give the roles of a transcript's lines, each speaker's name with the turn; nothing where it is none."""
        chat = self.channel == "chat"
        turns: dict[int, re.Match[str]] = {}
        for row in rows:
            body = self.bodies[row]
            match = signs.TURN.match(body) if ":" in body[:90] else None
            if match and not signs.NO_SPEAKER.match(match["name"]):
                turns[row] = match
        sided = chat and len(turns) < 2
        if sided:
            turns = {row: match for row in rows if (match := signs.SIDE.match(self.bodies[row]))}
        if not turns:
            return {}
        names = {_speaker(match) for match in turns.values()}
        agents = self._agents(rows, turns) if chat or 1 < len(names) < len(turns) else set()
        if not agents:
            return {}
        roles: dict[int, PartRole] = {}
        speaker: PartRole | None = None
        before = -1
        for row in rows:
            if row in turns:
                speaker = "quoted_agent" if _speaker(turns[row]) in agents else theirs
            elif signs.JOINED.match(self.bodies[row]):
                roles[row] = "boilerplate"
                continue
            elif sided or (row > before + 1 and not chat):
                speaker = None
            if speaker:
                roles[row] = speaker
                before = row
        return roles

    def _agents(self, rows: Sequence[int], turns: dict[int, re.Match[str]]) -> set[str]:
        """Return the speakers who speak for the company: by title, by joining, by their words, or as the other side."""
        said: dict[str, list[str]] = {}
        titled: set[str] = set()
        joined = {
            name for row in rows if (match := signs.JOINED.match(self.bodies[row])) for name in match.groups() if name
        }
        for row, match in turns.items():
            speaker = _speaker(match)
            said.setdefault(speaker, []).append(self.bodies[row][match.end() :])
            if signs.STAFF.search(match["tag"] or "") or signs.STAFF.search(match["name"]) or match["name"] in joined:
                titled.add(speaker)
        clients = {
            speaker for speaker in said if signs.CLIENT.match(speaker) and not (speaker == "you" and "me" in said)
        }
        others = said.keys() - clients - titled
        agents = titled - clients
        agents |= {speaker for speaker in others if _leaning("\n".join(said[speaker])) > 0}
        if self.channel == "chat" and clients:
            agents |= others
        return agents

    def _mark_signature(self, rows: list[int]) -> None:
        """Mark the lines below a signature mark or a sign-off, and what a device or program adds."""
        at = 0
        while at < len(rows):
            body = self.bodies[rows[at]]
            end = at
            if body == "--" and len(rows) - at <= 10:
                plain = self.lines[rows[at]].rstrip("\r\n") == "-- "
                if plain or all(_is_name_like(self.bodies[row]) for row in rows[at + 1 :]):
                    end = len(rows)
            elif len(body) <= 60 and signs.DEVICE.match(body):
                end = at + 1
            elif len(body) <= 40 and signs.CLOSING.match(body):
                end = self._block_end(rows, at)
            elif len(body) <= 20 and signs.THANKS.match(body):
                end = self._block_end(rows, at)
                end = at if end == at + 1 else end
            for row in rows[at:end]:
                self.roles[row] = "signature"
            at = max(end, at + 1)

    def _mark_furniture(self, rows: list[int]) -> None:
        """Mark lines that are only furniture of a page or footer of a mail, and paragraphs that disclaim."""
        notice = before = -1
        for row in rows:
            body = self.bodies[row]
            if notice != before or row > before + 1:
                notice = -1
            before = row
            if notice < 0 and signs.NOTICE.match(body):
                paragraph = "\n".join(body[:500] for body in self.bodies[row : row + 12]).partition("\n\n")[0]
                if signs.CONFIDENTIAL.search(paragraph):
                    notice = row
            if notice >= 0:
                notice = row
            elif len(body) > 200 or not (signs.FURNITURE.match(body) or signs.FOOTER.match(body) or _is_menu(body)):
                continue
            self.roles[row] = "boilerplate"

    def _joined(self) -> tuple[Part, ...]:
        """Join the lines to parts; blank ones go with what stands before them."""
        role: PartRole = next((role for role in self.roles if role), "customer")
        parts: list[Part] = []
        start = end = 0
        for line, own in zip(self.lines, self.roles, strict=True):
            if own and own != role:
                if end > start:
                    parts.append(Part(start, end, role))
                start, role = end, own
            end += len(line)
        parts.append(Part(start, end, role))
        return tuple(parts)


def _speaker(match: re.Match[str]) -> str:
    return match["name"].casefold()


def _is_plain(text: str) -> bool:
    """Whether no line can be anything but the customer's, in one look at how the lines begin."""
    if "\n" not in text and "\r" not in text:
        return True
    bars = any(mark in text for mark in "|»•·")
    turns = opened = 0
    for line in text.splitlines():
        body = line.strip()
        if not body:
            continue
        opened -= 1
        if body[0] in ">|" or body[:2] == "--" or (bars and len(body) <= 200 and signs.BARS.search(body)):
            return False
        if body[-1] == ":" or ":" in body[: signs.COLON]:
            # a header, an attribution (perhaps begun some lines above), or the third turn of a transcript
            turns += signs.TURN.match(body) is not None
            attributes = body[-1] == ":" and (opened > 0 or signs.WROTE.search(body) or signs.EXACT.search(body))
            if attributes or turns > 2 or signs.FROM.match(body) or signs.SEPARATOR.match(body):
                return False
        first = body.partition(" ")[0].lower()
        if not first.isalpha():
            opener = signs.OPENER.match(first) or signs.OPENER.match(body)
            first = opener[1].lower() if opener else ""
        if first in signs.OPENING:
            opened = 4
        if (first in signs.OPENERS or first.isdigit()) and any(pattern.match(body) for pattern in signs.LINES):
            return False
    return True


def mark(text: str, *, channel: str | None = None) -> tuple[Part, ...]:
    r"""Mark whose words stand where: parts in order that cover the text without a gap.

    Lines are the smallest unit: a speaker's name belongs to the turn, the header of a
    quoted message ("On ... wrote:") is boilerplate, a blank line goes with what stands
    before it. A forwarded message below a mere cover note is its customer's. What is
    not plainly somebody else's is the customer's.

    Parameters
    ----------
    text : str
        The original text.
    channel : str or None
        The document's channel; `chat` has its lines read as turns, and on a page
        (`blog`, `comment`, `form`, `forum`, `review`, `social`) a quotation ends where
        its marks or its sign-off end.

    Returns
    -------
    tuple of Part
        Empty for an empty text.

    Examples
    --------
    >>> text = "Still nothing.\n\nOn 3 Mar 2020 at 10:11, Acme Support wrote:\n> You will have it by Friday.\n"
    >>> [(part.role, text[part.start : part.end][:14]) for part in mark(text)]
    [('customer', 'Still nothing.'), ('boilerplate', 'On 3 Mar 2020 '), ('quoted_agent', '> You will hav')]
    """
    if not text:
        return ()
    if channel != "chat" and _is_plain(text):
        return (Part(0, len(text), "customer"),)
    return _Marker(text, channel).parts()
