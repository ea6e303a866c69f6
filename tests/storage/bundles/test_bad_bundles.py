"""Bundles as strangers send them: every trick is found and named, nothing is written outside."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.bundles import Verification, verify_bundle, write_bundle
from tests.storage.bundles.forge import BASE, files_of, packed, resealed, unpacked
from tests.storage.bundles.ward import PLAN, REPORT, ward_contents

PLAN_PATH, REPORT_PATH = "data/tai-lieu/1.1.1/KH_12.pdf", "data/tai-lieu/1.2.1/Bao_cao_quy_I.pdf"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(ward_contents(), tmp_path_factory.mktemp("bad") / "goi.zip").path


@pytest.fixture
def files(bundle: Path) -> Files:
    return files_of(bundle)


def kinds(found: Verification) -> dict[str, set[str]]:
    """Kinds of fault by path."""
    named: dict[str, set[str]] = {}
    for fault in found.faults:
        named.setdefault(fault.path, set()).add(fault.kind)
    return named


def appended(bundle: Path, out: Path, *entries: tuple[zipfile.ZipInfo, bytes]) -> Path:
    """The bundle with more entries at its end."""
    out.write_bytes(bundle.read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        for info, data in entries:
            archive.writestr(info, data)
    return out


HOSTILE = {
    "../trom.txt": "unsafe_path",
    "data/../../trom.txt": "unsafe_path",
    "data//hai.txt": "unsafe_path",
    "data/./cham.txt": "unsafe_path",
    "data/C:/trom.txt": "unsafe_path",
    "data\\trom.txt": "unsafe_path",
    "data/dong\nmoi.txt": "unsafe_path",
    "data/con.txt": "reserved_name",
    "data/Aux": "reserved_name",
    "data/cuoi. ": "reserved_name",
    f"data/{unicodedata.normalize('NFD', 'phường')}.txt": "not_nfc",
    "data/tai-lieu/1.1.1/kh_12.PDF": "twin_names",
    "data/goi-con/bagit.txt": "bag_in_bag",
    "fetch.txt": "fetch_file",
    "data/thua.txt": "unlisted",
    "thua.txt": "unlisted",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_in_the_zip_is_named(name: str, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    bad = appended(bundle, tmp_path / "in" / "x.zip", (zipfile.ZipInfo(f"{BASE}/{name}"), b"x"))
    assert HOSTILE[name] in kinds(verify_bundle(bad)).get(name, set())
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "x.zip"], "something was unpacked"


@pytest.mark.parametrize("name", ["/etc/trom.txt", "../trom.txt", "khac/data/x.txt", "bagit.txt"])
def test_what_lies_outside_the_bags_folder_is_named(name: str, bundle: Path, tmp_path: Path) -> None:
    bad = appended(bundle, tmp_path / "x.zip", (zipfile.ZipInfo(name), b"x"))
    assert "outside" in kinds(verify_bundle(bad))[name]


def test_two_entries_of_one_name_are_named(bundle: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        bad = appended(bundle, tmp_path / "x.zip", (zipfile.ZipInfo(f"{BASE}/{PLAN_PATH}"), b"another plan"))
    assert "duplicate_name" in kinds(verify_bundle(bad))[PLAN_PATH]


def test_names_that_differ_only_in_unicode_form_are_twins(bundle: Path, tmp_path: Path) -> None:
    names = [f"data/{unicodedata.normalize(form, 'biểu')}.txt" for form in ("NFC", "NFD")]
    entries = [(zipfile.ZipInfo(f"{BASE}/{name}"), b"x") for name in names]
    found = kinds(verify_bundle(appended(bundle, tmp_path / "x.zip", *entries)))
    assert "twin_names" in found[names[1]]


def test_a_link_in_the_zip_is_named_and_not_followed(bundle: Path, tmp_path: Path) -> None:
    link = zipfile.ZipInfo(f"{BASE}/data/lien-ket.pdf")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    found = kinds(verify_bundle(appended(bundle, tmp_path / "x.zip", (link, b"/etc/passwd"))))
    assert "symlink" in found["data/lien-ket.pdf"]


def test_a_link_in_the_folder_is_named_and_not_followed(files: Files, tmp_path: Path) -> None:
    folder = unpacked(files, tmp_path / "goi")
    (tmp_path / "KH_12.pdf").write_bytes(PLAN)
    (folder / PLAN_PATH).unlink()
    (folder / PLAN_PATH).symlink_to(tmp_path / "KH_12.pdf")
    assert "symlink" in kinds(verify_bundle(folder))[PLAN_PATH]


def test_a_pipe_in_the_folder_is_named_and_not_opened(files: Files, tmp_path: Path) -> None:
    folder = unpacked(files, tmp_path / "goi")
    os.mkfifo(folder / "data/ong.txt")
    assert "special_file" in kinds(verify_bundle(folder))["data/ong.txt"]


def changed_files(change: Callable[[Files], None]) -> Callable[[Files], Files]:
    def apply(files: Files) -> Files:
        changed = dict(files)
        change(changed)
        return changed

    return apply


def swap(files: Files) -> None:
    files[PLAN_PATH], files[REPORT_PATH] = files[REPORT_PATH], files[PLAN_PATH]


def crlf(files: Files) -> None:
    files["manifest-sha256.txt"] = files["manifest-sha256.txt"].replace(b"\n", b"\r\n")


def listed_twice(files: Files) -> None:
    files["manifest-sha256.txt"] += files["manifest-sha256.txt"].splitlines(keepends=True)[0]


def pointing_out(files: Files) -> None:
    files["manifest-sha256.txt"] += b"0" * 64 + b"  data/../../etc/passwd\n"


def binary(files: Files) -> None:
    files["manifest-sha256.txt"] = b"\xff\xfe" + files["manifest-sha256.txt"]


def without(path: str) -> Callable[[Files], None]:
    return lambda files: files.__delitem__(path)


TAMPERED = {
    "two files swapped": (swap, PLAN_PATH, "swapped"),
    "a manifest with CRLF": (crlf, "manifest-sha256.txt", "crlf_manifest"),
    "a file listed twice": (listed_twice, "manifest-sha256.txt", "bad_manifest"),
    "a manifest that points outside": (pointing_out, "data/../../etc/passwd", "unsafe_path"),
    "a manifest that is no text": (binary, "manifest-sha256.txt", "bad_manifest"),
    "a document left out": (without(PLAN_PATH), PLAN_PATH, "missing"),
    "no manifest": (without("manifest-sha256.txt"), "manifest-sha256.txt", "missing"),
    "no tag manifest": (without("tagmanifest-sha256.txt"), "tagmanifest-sha256.txt", "missing"),
    "no statement": (without("statement.json"), "statement.json", "missing"),
    "no signature": (without("statement.sig"), "statement.sig", "bad_signature"),
    "no bagit.txt": (without("bagit.txt"), "bagit.txt", "no_bag"),
    "no score": (without("data/diem/score.json"), "data/diem/score.json", "missing"),
    "no engine": (without("ma-nguon/scoring/engine/score.py"), "ma-nguon/scoring/engine/score.py", "missing"),
}


@pytest.mark.parametrize("trick", TAMPERED)
def test_a_tampered_bundle_is_found_and_named(trick: str, files: Files, tmp_path: Path) -> None:
    change, path, kind = TAMPERED[trick]
    found = verify_bundle(packed(changed_files(change)(files), tmp_path / "x.zip"))
    assert kind in kinds(found).get(path, set()), found.faults


def test_all_faults_are_listed_not_only_the_first(files: Files, tmp_path: Path) -> None:
    files[PLAN_PATH] = PLAN + b" "
    files[REPORT_PATH] = REPORT + b" "
    files["data/thua.txt"] = b"x"
    del files["index.html"]
    found = kinds(verify_bundle(packed(files, tmp_path / "x.zip")))
    assert "changed" in found[PLAN_PATH] & found[REPORT_PATH]
    assert found["data/thua.txt"] == {"unlisted"}
    assert found["index.html"] == {"missing"}


def test_a_bomb_is_not_opened(bundle: Path, tmp_path: Path) -> None:
    bomb = zipfile.ZipInfo(f"{BASE}/data/bom.txt")
    bomb.compress_type = zipfile.ZIP_DEFLATED
    found = kinds(verify_bundle(appended(bundle, tmp_path / "x.zip", (bomb, bytes(32 << 20)))))
    assert "bomb" in found["data/bom.txt"]


def test_an_entry_that_lies_about_its_size_is_found(bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    place = data.rindex(f"{BASE}/{PLAN_PATH}".encode()) - 46
    struct.pack_into("<L", data, place + 24, 0xFFFF_0000)
    (tmp_path / "x.zip").write_bytes(data)
    found = verify_bundle(tmp_path / "x.zip")
    assert not found.ok
    assert PLAN_PATH in {fault.path.removeprefix(f"{BASE}/") for fault in found.faults}


def test_bytes_hidden_between_the_entries_are_found(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"#!/bin/sh\n" + bundle.read_bytes())
    assert "container" in {fault.kind for fault in verify_bundle(tmp_path / "x.zip").faults}


def test_more_entries_than_an_old_zip_can_count_are_read_and_named(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.zip"
    out.write_bytes(bundle.read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(65_600):
            archive.writestr(zipfile.ZipInfo(f"{BASE}/data/nhieu/{number}"), b"")
    found = verify_bundle(out)
    assert sum(1 for fault in found.faults if fault.kind == "unlisted") == 65_600


def test_an_empty_zip_and_an_empty_folder_are_no_bundles(tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "x.zip", "w").close()
    (tmp_path / "rong").mkdir()
    for path in (tmp_path / "x.zip", tmp_path / "rong"):
        assert "no_bag" in {fault.kind for fault in verify_bundle(path).faults}


def edited(path: str, edit: Callable[[Files, dict[str, object]], None]) -> Callable[[Files], Files]:
    """A forger without the key edits a JSON file and makes every manifest anew."""

    def apply(files: Files) -> Files:
        value = json.loads(files[path])
        edit(files, value)
        return resealed({**files, path: json.dumps(value, ensure_ascii=False).encode()})

    return apply


def more_points(_: Files, score: dict[str, object]) -> None:
    component = score["components"][0]  # type: ignore[index]
    component["points"] = "0.99"


def other_total(_: Files, score: dict[str, object]) -> None:
    score["totals"]["conservative"] = "99.00"  # type: ignore[index]


def later_finish(_: Files, facts: dict[str, object]) -> None:
    facts["dossiers"][7]["finished_at"] = {"datetime": "2025-03-11T08:00:00+07:00"}  # type: ignore[index]


def test_a_resealed_bundle_with_another_point_is_found_by_recomputing(files: Files, tmp_path: Path) -> None:
    found = verify_bundle(packed(edited("data/diem/score.json", more_points)(files), tmp_path / "x.zip"))
    assert any(fault.kind == "other_score" and "1.1.1" in fault.seen for fault in found.faults)
    assert found.score.equal is False


def test_a_resealed_bundle_with_another_total_is_found_by_recomputing(files: Files, tmp_path: Path) -> None:
    found = verify_bundle(packed(edited("data/diem/score.json", other_total)(files), tmp_path / "x.zip"))
    assert found.score.plain()["stated"] == "99.00"
    assert found.score.plain()["recomputed"] == ward_contents().score["totals"]["conservative"]
    assert any(fault.kind == "other_score" for fault in found.faults)


def test_a_resealed_bundle_with_other_facts_is_found_by_the_score_inputs(files: Files, tmp_path: Path) -> None:
    found = verify_bundle(packed(edited("data/diem/facts.json", later_finish)(files), tmp_path / "x.zip"))
    assert "wrong_input" in kinds(found)["data/diem/facts.json"]


@pytest.mark.parametrize("value", [b"", b"null", b"[]", b"{}", b"{", b'"x"', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("name", ["data/diem/score.json", "data/diem/facts.json", "data/muc-luc.json"])
def test_values_of_any_shape_are_a_fault_and_never_a_crash(
    name: str, value: bytes, files: Files, tmp_path: Path
) -> None:
    found = verify_bundle(packed(resealed({**files, name: value}), tmp_path / "x.zip"))
    assert not found.ok
    json.dumps(found.plain())


def test_an_absurd_date_in_the_facts_is_a_fault_and_never_a_crash(files: Files, tmp_path: Path) -> None:
    bad = files["data/diem/facts.json"].replace(b"2025-03-", b"9999-99-")
    found = verify_bundle(packed(resealed({**files, "data/diem/facts.json": bad}), tmp_path / "x.zip"))
    assert "not_recomputed" in {fault.kind for fault in found.faults}


def test_a_bundle_zipped_again_without_its_base_folder_is_read(files: Files, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    (tmp_path / "x.zip").write_bytes(stream.getvalue())
    assert {fault.kind for fault in verify_bundle(tmp_path / "x.zip").faults} == {"container"}
