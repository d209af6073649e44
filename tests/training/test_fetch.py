"""Getting texts for labels: a small file in the bureau's layout, from the disk and from a server on this machine."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from servicegap.errors import CorpusError, OutputError
from servicegap.training import corpus, fetch

COLUMNS = (
    "Date received", "Product", "Sub-product", "Issue", "Sub-issue", "Consumer complaint narrative",
    "Company public response", "Company", "State", "ZIP code", "Tags", "Consumer consent provided?", "Submitted via",
    "Date sent to company", "Company response to consumer", "Timely response?", "Consumer disputed?", "Complaint ID",
)  # fmt: skip
TEXTS = {
    "7000001": 'They said "soon", then nothing.\r\n\r\nXXXX, {$20.00} 🙂 gone.',
    "7000002": "",
    "7000003": "  My payment was lost, and nobody calls back. \n",
    "7000004": "A third one, which no label is about.",
    "7000005": "Found by its digest alone.",
}


def table(texts: dict[str, str] = TEXTS, *, columns: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(columns)
    for number, text in texts.items():
        row = dict.fromkeys(columns, "N/A") | {"Product": "Credit, or debit", "Complaint ID": number}
        rows.writerow([(row | {"Consumer complaint narrative": text})[name] for name in columns])
    return out.getvalue().encode()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "complaints.csv"
    path.write_bytes(table())
    return path


def packed(path: Path, data: bytes, name: str = "complaints.csv") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


def labels(folder: Path, *rows: dict[str, object]) -> Path:
    folder.mkdir()
    empty = {"complaint": True, "failures": [], "signals": [], "gaps": []}
    (folder / "labels.jsonl").write_text("".join(json.dumps({**empty, **row}) + "\n" for row in rows))
    return folder


WANTED = {"cfpb:7000001": None, "cfpb:7000003": None, "cfpb:7999999": None, fetch.text_id(TEXTS["7000005"]): None}


@pytest.mark.parametrize("zipped", [False, True])
def test_texts_are_found_by_id_and_by_digest_in_one_pass(tmp_path: Path, source: Path, zipped: bool) -> None:
    if zipped:
        source = packed(tmp_path / "complaints.csv.zip", source.read_bytes())
    done = fetch.extract(source, tmp_path / "data", WANTED)
    assert done == fetch.Fetched(3, ("cfpb:7999999",), (), 0)
    found = corpus.texts_of(tmp_path / "data")
    assert found == {
        "cfpb:7000001": TEXTS["7000001"],
        "cfpb:7000003": TEXTS["7000003"].strip(),
        fetch.text_id(TEXTS["7000005"]): TEXTS["7000005"],
    }
    row = json.loads((tmp_path / "data/train_pool/cfpb.jsonl").read_text().splitlines()[0])
    assert (row["channel"], row["product"]) == ("form", "Credit, or debit")
    assert len((tmp_path / "data/train_pool/cfpb_noid.jsonl").read_text().splitlines()) == 1


def test_only_the_files_that_labels_need_are_written(tmp_path: Path, source: Path) -> None:
    fetch.extract(source, tmp_path / "data", {"cfpb:7000001": None})
    assert [path.name for path in (tmp_path / "data/train_pool").iterdir()] == ["cfpb.jsonl"]


def test_a_text_that_is_not_the_labeled_one_is_left_out(tmp_path: Path, source: Path) -> None:
    same = hashlib.sha256(TEXTS["7000001"].encode()).hexdigest()
    done = fetch.extract(source, tmp_path / "data", {"cfpb:7000001": same, "cfpb:7000003": same})
    assert (done.found, done.changed) == (1, ("cfpb:7000003",))
    assert list(corpus.texts_of(tmp_path / "data")) == ["cfpb:7000001"]


def test_texts_that_are_there_are_not_overwritten_unasked(tmp_path: Path, source: Path) -> None:
    fetch.extract(source, tmp_path / "data", {"cfpb:7000001": None})
    with pytest.raises(OutputError, match="SG-O001"):
        fetch.extract(source, tmp_path / "data", {"cfpb:7000003": None})
    assert list(corpus.texts_of(tmp_path / "data")) == ["cfpb:7000001"]
    fetch.extract(source, tmp_path / "data", {"cfpb:7000003": None}, force=True)
    assert list(corpus.texts_of(tmp_path / "data")) == ["cfpb:7000003"]


def test_rows_that_are_none_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    header, first, *rest = table().split(b"\n", 2)
    path = tmp_path / "complaints.csv"
    path.write_bytes(b"\n".join([header, b"too,few", b'"' + b"x" * 200_000 + b'"', first, *rest]))
    done = fetch.extract(path, tmp_path / "data", {"cfpb:7000003": None})
    assert (done.found, done.unreadable) == (1, 2)


@pytest.mark.parametrize(
    "data", [b"", b"\0\1\2", b'"' + b"x" * 300_000, table(columns=COLUMNS[:5]), b"PK\x03\x04 no archive"]
)
def test_what_is_not_the_bureaus_file_is_refused_and_nothing_written(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "complaints.csv.zip"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=r"SG-C006.*complaints\.csv\.zip"):
        fetch.extract(path, tmp_path / "data", {"cfpb:7000001": None})
    assert corpus.texts_of(tmp_path / "data") == {}


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "other.zip", b"text", "readme.txt")
    with pytest.raises(CorpusError, match=r"SG-C006.*found no \.csv"):
        fetch.extract(path, tmp_path / "data", {"cfpb:7000001": None})


def test_a_damaged_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    path = packed(tmp_path / "complaints.csv.zip", table({str(n): os.urandom(40).hex() for n in range(5000)}))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    path.write_bytes(data)
    with pytest.raises(CorpusError, match="SG-C006"):
        fetch.extract(path, tmp_path / "data", {"cfpb:1": None, "cfpb:x": None})
    assert list((tmp_path / "data" / "train_pool").iterdir()) == []


def test_labels_without_texts_say_what_is_wanted(tmp_path: Path) -> None:
    folder = labels(
        tmp_path / "labels", {"id": "cfpb:1"}, {"id": "cfpb:2", "text_sha256": "ab"}, {"id": "own:3", "text": "x"}
    )
    assert fetch.wanted([folder]) == {"cfpb:1": None, "cfpb:2": "ab"}
    (folder / "labels.jsonl").write_text('{"id": "a"}\n[]\n')
    with pytest.raises(CorpusError, match=r"SG-C001.*labels\.jsonl:2"):
        fetch.wanted([folder])


class Server:
    """A file server that honors ranges, and can break off."""

    def __init__(self, data: bytes) -> None:
        self.data, self.tag, self.most, self.code = data, '"one"', len(data), 200
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range")
                outer.asked.append(asked)
                first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
                if outer.code != 200:
                    self.send_error(outer.code)
                    return
                if self.headers.get("If-Range", outer.tag) != outer.tag:
                    first = 0
                if first >= len(outer.data):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(outer.data)}")
                    self.end_headers()
                    return
                self.send_response(206 if first else 200)
                self.send_header("ETag", outer.tag)
                self.send_header("Content-Length", str(len(outer.data) - first))
                self.end_headers()
                self.wfile.write(outer.data[first : min(len(outer.data), first + outer.most)])

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}/complaints.csv.zip"


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server(os.urandom(300_000))
    thread = threading.Thread(target=served.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.http.shutdown()
    served.http.server_close()
    thread.join()


def test_a_download_that_breaks_off_goes_on_where_it_was(tmp_path: Path, server: Server) -> None:
    path = tmp_path / "file.zip"
    server.most = 120_000
    for there in ("120,000", "240,000"):
        with pytest.raises(CorpusError, match=rf"SG-C005.*at {there}.*run it again"):
            fetch.download(server.address, path)
        assert not path.exists()
    seen: list[tuple[int, int | None]] = []
    fetch.download(server.address, path, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == server.data
    assert server.asked == [None, "bytes=120000-", "bytes=240000-"]
    assert seen[-1] == (300_000, 300_000)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.zip"]


def test_a_file_that_was_renewed_meanwhile_is_taken_from_its_beginning(tmp_path: Path, server: Server) -> None:
    server.most = 1000
    with pytest.raises(CorpusError, match="SG-C005"):
        fetch.download(server.address, tmp_path / "file.zip")
    server.data, server.tag, server.most = os.urandom(5000), '"two"', 5000
    fetch.download(server.address, tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == server.data


def test_without_a_version_to_trust_it_begins_anew(tmp_path: Path, server: Server) -> None:
    server.tag, server.most = 'W/"weak"', 1000
    with pytest.raises(CorpusError, match="SG-C005"):
        fetch.download(server.address, tmp_path / "file.zip")
    server.most = len(server.data)
    fetch.download(server.address, tmp_path / "file.zip")
    assert server.asked == [None, None]
    assert (tmp_path / "file.zip").read_bytes() == server.data


def test_all_there_but_not_renamed_is_finished(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file.zip.part").write_bytes(server.data)
    (tmp_path / "file.zip.part.tag").write_text(server.tag)
    fetch.download(server.address, tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == server.data


def test_a_server_that_refuses_keeps_what_is_there(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file.zip.part").write_bytes(server.data[:100])
    (tmp_path / "file.zip.part.tag").write_text(server.tag)
    server.code = 503
    with pytest.raises(CorpusError, match=r"SG-C005.*503"):
        fetch.download(server.address, tmp_path / "file.zip")
    assert (tmp_path / "file.zip.part").stat().st_size == 100
    server.code = 200
    fetch.download(server.address, tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == server.data


@pytest.mark.parametrize("address", ["file:///etc/hostname", "complaints.csv", "http://127.0.0.1:1/nothing"])
def test_an_address_that_cannot_be_reached_is_named(tmp_path: Path, address: str) -> None:
    with pytest.raises(CorpusError, match="SG-C005") as error:
        fetch.download(address, tmp_path / "file.zip")
    assert error.value.place == address


def test_ids_of_real_texts_without_an_id_are_their_digests() -> None:
    if not (data := os.environ.get("SERVICEGAP_DATA")):
        pytest.skip("SERVICEGAP_DATA is not set")
    texts = corpus.texts_of(Path(data))
    digests = {name: text for name, text in texts.items() if name.startswith("cfpbx:")}
    assert digests
    assert [name for name, text in digests.items() if fetch.text_id(text) != name] == []
    # and what is in the pool by either name begins and ends with a word, as the extraction leaves it
    assert all(text == text.strip() for text in texts.values())
