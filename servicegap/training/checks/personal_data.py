"""Is there anything that could be of a real person? Own texts are made up: a flag asks for a look.

Looks for e-mail addresses and telephone numbers outside what is reserved for made-up ones (RFC
2606; the North American 555-01xx; Ofcom's numbers for drama), card numbers by Luhn's check, bank
accounts by the check of ISO 13616, and national ids of the United States and the United Kingdom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share, with_text

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@([\w.-]{1,255})")
_RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost|example\.(?:com|net|org))\.?$", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ().-]{0,2}\d){6,24}(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
_US_ID = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_UK_ID = re.compile(r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")
_MADE_UP = re.compile(
    r"1?\d{3}55501\d\d|55501\d\d|(?:0|440?)(?:7700900|1632960|2079460|8081570|9098790|3069990)\d{3}\d?"
)
_DATE = re.compile(r"\d{1,4}[ .-]\d{1,2}[ .-]\d{1,4}")


def check(found: Sequence[Entry]) -> Report:
    """Flag own texts that hold an address, a number or an id as real ones look."""
    records = [(entry, text) for entry, text in with_text(found) if entry.own]
    flags = tuple(
        Flag(entry.id, entry.place, f"{kind} at {at}") for entry, text in records for kind, at in sorted(finds(text))
    )
    summary = (
        counted(len({flag.place for flag in flags}), len(records), "own texts") + " hold what looks like personal data"
    )
    return Report("personal_data", sound_share(flags, len(records)), summary, flags)


def finds(text: str) -> Iterator[tuple[str, int]]:
    """Find personal data.

    Yields
    ------
    kind : {'email', 'phone', 'card', 'iban', 'national id'}
    at : int
        Offset in the text.

    Examples
    --------
    >>> list(finds("write to ann@mail.example or call +44 20 7123 4567"))
    [('phone', 34)]
    """
    for match in _EMAIL.finditer(text):
        domain = match[1].strip(".-")
        if "." in domain and not _RESERVED.search(domain):
            yield "email", match.start()
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and digits[0] in "3456" and luhn(digits):
            yield "card", match.start()
        elif _telephone(match[0], digits):
            yield "phone", match.start()
    for match in _IBAN.finditer(text):
        if iban(match[0].replace(" ", "")):
            yield "iban", match.start()
    for pattern in (_US_ID, _UK_ID):
        for match in pattern.finditer(text):
            yield "national id", match.start()


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1).

    Examples
    --------
    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def iban(account: str) -> bool:
    """Whether an account number's check is right (ISO 13616, modulo 97).

    Examples
    --------
    >>> iban("GB82WEST12345698765432"), iban("GB82WEST12345698765433")
    (True, False)
    """
    return int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1


def _telephone(written: str, digits: str) -> bool:
    """Whether digits are written as a telephone number is: a prefix, a leading zero, or American groups."""
    if _MADE_UP.fullmatch(digits.removeprefix("00")) or _DATE.fullmatch(written):
        return False
    if written[0] == "+":
        return 8 <= len(digits) <= 15
    groups = [len(group) for group in re.findall(r"\d+", written)]
    return (digits[0] == "0" and 10 <= len(digits) <= 11) or groups[-3:] == [3, 3, 4]
