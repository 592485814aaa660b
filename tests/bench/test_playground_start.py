"""The benchmark of a first visit counts what a server sends, and writes the table that a page shows."""

import gzip
from pathlib import Path

import pytest

from resnet8doc.bench import _playground_start as playground


def test_a_file_counts_once_and_as_a_server_sends_it(tmp_path: Path) -> None:
    """Asked for twice, it is still one file; what does not compress goes as it is; other hosts count nothing."""
    (tmp_path / "index.html").write_bytes(b"a" * 5000)
    (tmp_path / "a b.bin").write_bytes(bytes(range(256)))
    address = "http://127.0.0.1:1/"
    asked = {address, f"{address}index.html?image=3", f"{address}a%20b.bin#x", "data:,x", f"{address}missing"}
    files, size = playground.compressed(tmp_path, address, asked - {address})
    assert (files, size) == (2, len(gzip.compress(b"a" * 5000, 6)) + 256)


def test_the_table_says_where_it_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground, "RECORD", tmp_path / "record.csv")
    playground.record({key: float(number) for number, (key, _) in enumerate(playground.LAYERS)}, 2.5, "5 visits on it")
    lines = (tmp_path / "record.csv").read_text().splitlines()
    assert lines[0].startswith("median of 5 visits on it,")
    assert lines[1].endswith(",0.00")
    assert lines[-1].endswith(",2.50")
    assert len(lines) == len(playground.LAYERS) + 2
