"""How well gaps are found: `python benchmarks/gaps.py CORPUS [--split challenge]`, or `--fit TRAIN...` to fit anew.

A corpus is a folder or a file of records; the texts of stand-off labels are looked up in the
folder named by `SERVICEGAP_DATA`.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from servicegap.gaps import cues
from servicegap.training import gaps
from servicegap.training.corpus import Record, read, texts_of


def records(path: Path) -> list[Record]:
    """Records with their texts, own or looked up."""
    data = os.environ.get("SERVICEGAP_DATA")
    return list(read(path, texts=texts_of(Path(data)) if data else None))


def main() -> None:
    """Print the figures of a corpus as JSON, or fit the cues on training records and store them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--split", help="only records of this split")
    parser.add_argument("--fit", action="store_true", help="fit on the records but those of the split 'challenge'")
    options = parser.parse_args()
    chosen = [record for path in options.corpus for record in records(path)]
    if options.fit:
        tables = gaps.build([record for record in chosen if record.split != "challenge"])
        gaps.save(tables, Path(cues.__file__).with_name("cues.json"))
        print(json.dumps({name: len(table.weights) for name, table in tables.items()}))
        return
    if options.split:
        chosen = [record for record in chosen if record.split == options.split]
    print(json.dumps(gaps.measure(chosen), indent=1))


if __name__ == "__main__":
    main()
