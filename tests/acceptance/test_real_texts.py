"""Real texts, where `SERVICEGAP_DATA` names them: the three saved pages, and every file for reading in one run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import servicegap
from servicegap.archive import score
from servicegap.readers import read

DATA = os.environ.get("SERVICEGAP_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="SERVICEGAP_DATA does not name the real texts")


@pytest.fixture(scope="module")
def sg() -> servicegap.Model:
    return servicegap.load()


def page(start: str) -> list[servicegap.Document]:
    (path,) = (Path(DATA or "") / "reading" / "pages").glob(f"{start}_*.txt")
    documents = list(read(str(path)))
    assert all(isinstance(item, servicegap.Document) for item in documents)
    return documents  # type: ignore[return-value]


def test_retailer_page_gives_the_post_and_its_comments(sg: servicegap.Model) -> None:
    documents = page("002")
    assert len(documents) >= 18
    post, *comments = documents
    assert all(comment.author and comment.parent == post.id for comment in comments)
    results = list(sg.pipe(documents))
    assert len(results[0].failures) >= 2
    silent = [result for result in results[1:] if not result.failures]
    # most comments are advice
    assert len(silent) >= 0.6 * len(comments)
    (mattress,) = [result for result in results if "mattress and box spring" in (result.document.text or "")]
    assert len(mattress.failures) >= 2


def test_praise_of_others_is_no_failure(sg: servicegap.Model) -> None:
    (post,) = page("001")
    text = post.text or ""
    praise = text.index("Now compare this to Amazon")
    quotes = [quote for failure in sg(post).failures for quote in failure.evidence]
    assert quotes
    assert all(quote.end <= praise for quote in quotes)


def test_furniture_is_in_no_document() -> None:
    for start, furniture in (("001", "Leave a Reply"), ("002", "Inline Feedbacks"), ("003", "Call us now")):
        for document in page(start):
            assert furniture not in (document.text or "")


def test_everything_for_reading_in_one_run(sg: servicegap.Model, tmp_path: Path) -> None:
    inputs = sorted(str(path) for path in (Path(DATA or "") / "reading").glob("*.jsonl"))
    summary = score(inputs, str(tmp_path / "results.jsonl"), model=sg)
    assert summary.read == summary.scored + summary.failed
    assert summary.failed == 0
    assert summary.read > 27000


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Four times the texts take hardly more memory."""
    source = (Path(DATA or "") / "reading" / "reviews.jsonl").read_bytes()
    (tmp_path / "once.jsonl").write_bytes(source)
    (tmp_path / "often.jsonl").write_bytes(source * 4)
    peaks = []
    for name in ("once", "often"):
        code = (
            "import resource, sys\n"
            "from servicegap.archive import score\n"
            "import servicegap\n"
            "score([sys.argv[1]], sys.argv[2], model=servicegap.load())\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        command = [sys.executable, "-c", code, str(tmp_path / f"{name}.jsonl"), str(tmp_path / f"{name}.out.jsonl")]
        peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    assert peaks[1] < peaks[0] * 1.5
