"""`parindex inspect`: one JSON object a file, in order, whatever the files are; the exit code says the worst."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows.cli.files import _files_of
from tests.journeys.commands import parindex
from tests.ocr.hostile import many_pages
from tests.ocr.papers import Paper, Scanner, born_digital, scanned

SHORT = replace(Paper(), body=())


def objects(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stdout.splitlines()]


def test_every_file_gets_its_object_in_order_and_the_worst_is_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "hai.pdf").write_bytes(born_digital(replace(SHORT, number="2")))
    (tmp_path / "mot.pdf").write_bytes(born_digital(replace(SHORT, number="1")))
    os.mkfifo(tmp_path / "ong.pdf")
    asked = [tmp_path / name for name in ("mot.pdf", "khong-co.pdf", "ong.pdf", "hai.pdf")]

    done = parindex(tmp_path, "inspect", *map(str, asked), "--json")

    answers = objects(done.stdout)
    assert [answer["file"] for answer in answers] == [str(path) for path in asked]
    assert not any("text" in answer for answer in answers)
    assert [answer["status"] for answer in answers] == ["read", "unreadable", "unreadable", "read"]
    assert "không có tệp này" in answers[1]["reason_vi"]
    assert [answer["fields"]["number"] and answer["fields"]["number"]["value"] for answer in answers] == [
        "1/TB-UBND",
        None,
        None,
        "2/TB-UBND",
    ]
    assert done.returncode == 2


def test_a_scan_without_an_engine_costs_neither_the_text_documents_nor_their_order(tmp_path: Path) -> None:
    folder = tmp_path / "hop-thu"
    folder.mkdir()
    (folder / "1-quet.pdf").write_bytes(scanned(SHORT, Scanner(dpi=100)))
    (folder / "2-chu.pdf").write_bytes(born_digital(SHORT))

    done = parindex(tmp_path, "inspect", str(folder), "--json", PAR_OCR_ENGINE="library", TESSDATA_PREFIX="/khong-co")

    scan, text = objects(done.stdout)
    assert (scan["failure"], scan["digitisation"]["verdict"]) == ("engine_missing", "cần người xem")
    assert "apt-get install" in scan["reason_vi"]
    assert text["fields"]["number"]["value"] == "12/TB-UBND"
    assert done.returncode == 3


def test_the_text_is_printed_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mot.pdf").write_bytes(born_digital(SHORT))

    full = parindex(tmp_path, "inspect", str(tmp_path / "mot.pdf"), "--json", "--text")
    people = parindex(tmp_path, "inspect", str(tmp_path / "mot.pdf"), "--text")

    assert "Độc lập - Tự do - Hạnh phúc" in objects(full.stdout)[0]["text"]
    assert "Độc lập - Tự do - Hạnh phúc" in people.stdout
    assert (full.returncode, people.returncode) == (0, 0)


def test_ten_thousand_pages_end_with_the_usual_cap_in_the_child(tmp_path: Path) -> None:
    (tmp_path / "dai.pdf").write_bytes(many_pages(10_000))

    done = parindex(tmp_path, "inspect", str(tmp_path / "dai.pdf"), "--json")

    (answer,) = objects(done.stdout)
    assert answer["page_count"] == 10_000
    assert 1 <= len(answer["pages"]) <= 300
    assert "pages_unread" in {reason["code"] for reason in answer["digitisation"]["reasons"]}


def test_a_folder_gives_its_documents_in_order_by_name_or_by_content(tmp_path: Path) -> None:
    empty = ("b.PDF", "a.pdf", "nhanh/c.tif", "d.jpeg", "e.png", "ghi-chu.txt")
    for name, content in [*((name, b"") for name in empty), ("tai-ve", b"%PDF-1.7"), ("anh.tam", b"\xff\xd8\xff")]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    found = [str(path.relative_to(tmp_path)) for path in _files_of(tmp_path)]

    assert found == ["a.pdf", "anh.tam", "b.PDF", "d.jpeg", "e.png", "nhanh/c.tif", "tai-ve"]


def test_a_folder_without_documents_is_told(tmp_path: Path) -> None:
    done = parindex(tmp_path, "inspect", str(tmp_path), "--json")

    assert done.returncode == 2
    assert f"{tmp_path}: không có tệp PDF hay ảnh" in json.loads(done.stdout)["error"]
