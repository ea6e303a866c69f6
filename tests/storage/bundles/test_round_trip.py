"""A bundle that nobody touched: every tool accepts it, and the same contents give the same bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import bagit
import pytest

from storage.bundles import BundledFile, CannotBundle, verify_bundle, write_bundle
from storage.errors import Damaged, DiskFull
from tests.storage.bundles.forge import BASE, files_of
from tests.storage.bundles.ward import KEY, PLAN, opener, sha, ward_contents


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle") / "goi.zip"
    write_bundle(ward_contents(), out)
    return out


@pytest.fixture(scope="module")
def folder(bundle: Path) -> Path:
    subprocess.run(["unzip", "-q", bundle.name], cwd=bundle.parent, check=True)
    return bundle.parent / BASE


def clean_python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The system's own interpreter: no site packages, no environment, no current folder on the path."""
    base = str(Path(sys.base_prefix) / "bin" / "python3")
    return subprocess.run([base, "-I", "-S", *arguments], cwd=cwd, capture_output=True, text=True, env={}, check=False)


def test_a_sound_bundle_has_no_fault_and_the_same_score(bundle: Path) -> None:
    found = verify_bundle(bundle).plain()
    assert found["faults"] == []
    assert found["ok"] is True
    assert found["score"]["equal"] is True
    assert found["score"]["stated"] == found["score"]["recomputed"] == ward_contents().score["totals"]["conservative"]
    assert found["signature"]["state"] == "valid"
    assert found["log"]["events"] == 3


def test_the_report_tells_what_was_written(tmp_path: Path) -> None:
    report = write_bundle(ward_contents(), tmp_path / "goi.zip")
    assert report.bytes == report.path.stat().st_size
    assert report.sha256 == sha(report.path.read_bytes())
    assert report.files == len(files_of(report.path))
    assert report.missing == (("1.3.1", "chưa khai"),)


def test_sha256sum_accepts_both_manifests_after_a_real_unzip(folder: Path) -> None:
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "-c", "--strict", "--quiet", manifest], cwd=folder, check=True)


def test_the_bagit_library_accepts_the_folder(folder: Path) -> None:
    assert bagit.Bag(str(folder)).validate()


def test_verify_py_runs_on_bare_python_beside_its_bundle(folder: Path) -> None:
    run = clean_python("verify.py", "--json", cwd=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads(run.stdout)
    assert set(found) >= {"ok", "faults", "files", "score", "signature", "log"}
    assert found["ok"] is True
    assert not list(folder.rglob("__pycache__")), "the check left files among the evidence"


def test_verify_py_reads_the_zip_and_speaks_both_languages(bundle: Path, folder: Path) -> None:
    vietnamese = clean_python("verify.py", str(bundle), cwd=folder)
    english = clean_python("verify.py", str(bundle), "--en", cwd=folder)
    assert (vietnamese.returncode, english.returncode) == (0, 0)
    assert "NGUYÊN VẸN" in vietnamese.stdout
    assert "SOUND" in english.stdout


def test_what_is_no_bundle_is_refused_with_exit_code_two(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not a zip at all")
    assert clean_python("verify.py", str(tmp_path / "x.zip"), cwd=folder).returncode == 2
    assert clean_python("verify.py", str(tmp_path / "none.zip"), cwd=folder).returncode == 2
    assert clean_python("verify.py", str(tmp_path), cwd=folder).returncode == 2


def test_the_same_contents_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    contents = ward_contents()
    shuffled = replace(
        contents, evidence=tuple(reversed(contents.evidence)), extra=dict(reversed(list(contents.extra.items())))
    )
    again = write_bundle(shuffled, tmp_path / "again.zip")
    assert again.path.read_bytes() == bundle.read_bytes()


def test_a_document_of_two_components_lies_there_once_and_is_listed_for_both(bundle: Path) -> None:
    files = files_of(bundle)
    holders = [path for path, data in files.items() if data == PLAN]
    assert holders == ["data/tai-lieu/1.1.1/KH_12.pdf"]
    index = json.loads(files["data/muc-luc.json"])
    entry = next(item for item in index["evidence"] if item["sha256"] == sha(PLAN))
    assert [link["component"] for link in entry["links"]] == ["1.1.1", "1.7.1"]


def test_the_bundle_lies_under_one_folder_with_names_that_every_system_takes(bundle: Path) -> None:
    names = zipfile.ZipFile(bundle).namelist()
    assert {name.split("/")[0] for name in names} == {BASE}
    assert all(name.isascii() and len(name) < 180 for name in names)


def test_two_documents_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    second = BundledFile(sha(b"other"), "kh 12.PDF", "application/pdf", 5, opener(b"other"), (("1.1.1", None, None),))
    contents = ward_contents()
    out = write_bundle(replace(contents, evidence=(*contents.evidence, second)), tmp_path / "goi.zip").path
    lying = [path for path in files_of(out) if path.startswith("data/tai-lieu/1.1.1/")]
    assert len({path.lower() for path in lying}) == 2


def test_a_kept_file_that_rotted_stops_the_bundle_and_leaves_nothing(tmp_path: Path) -> None:
    first, *others = ward_contents().evidence
    rotten = replace(first, open=opener(b"X" * first.size))
    with pytest.raises(Damaged, match=first.sha256):
        write_bundle(ward_contents(evidence=(rotten, *others)), tmp_path / "goi.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_kept_file_longer_than_promised_stops_the_bundle(tmp_path: Path) -> None:
    first, *others = ward_contents().evidence
    longer = replace(first, open=opener(PLAN + b"more"), size=len(PLAN))
    with pytest.raises(Damaged):
        write_bundle(ward_contents(evidence=(longer, *others)), tmp_path / "goi.zip")


def test_a_bundle_in_the_way_is_replaced_whole_or_stays(tmp_path: Path) -> None:
    out = tmp_path / "goi.zip"
    out.write_bytes(b"the one of yesterday")
    first, *others = ward_contents().evidence
    with pytest.raises(Damaged):
        write_bundle(ward_contents(evidence=(replace(first, open=opener(b"")), *others)), out)
    assert out.read_bytes() == b"the one of yesterday"
    write_bundle(ward_contents(), out)
    assert verify_bundle(out).ok


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full")

    class Full:
        def __init__(self) -> None:
            self.stream = full.open("wb", buffering=0)

        def read(self, _size: int) -> bytes:
            self.stream.write(b"x")
            return b"x"

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

    first, *others = ward_contents().evidence
    source: Any = Full
    with pytest.raises(DiskFull, match="hết chỗ"):
        write_bundle(ward_contents(evidence=(replace(first, open=source), *others)), tmp_path / "goi.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_moment_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotBundle, match="múi giờ"):
        write_bundle(ward_contents(made_at=datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)), tmp_path / "goi.zip")


@pytest.mark.parametrize("name", ["../trom.txt", "a/../../b", "phiếu.xlsx", "con.txt", ""])
def test_a_paper_with_an_unsafe_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CannotBundle):
        write_bundle(ward_contents(extra={name: b"x"}), tmp_path / "goi.zip")


class Endless:
    """A stream of zeros, `size` bytes long, that is never in memory as a whole."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        given = min(size, self.left)
        self.left -= given
        return bytes(given)

    def __enter__(self) -> Endless:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_memory_does_not_grow_with_the_documents(tmp_path: Path) -> None:
    size = 48 << 20
    digest = hashlib.sha256()
    for _ in range(48):
        digest.update(bytes(1 << 20))

    def opened() -> BinaryIO:
        stream: Any = Endless(size)
        return stream  # type: ignore[no-any-return]

    big = BundledFile(digest.hexdigest(), "lớn.pdf", "application/pdf", size, opened, (("1.1.1", None, None),))
    contents = ward_contents(evidence=(*ward_contents().evidence, big))
    tracemalloc.start()
    out = write_bundle(contents, tmp_path / "goi.zip").path
    assert verify_bundle(out).ok
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size // 2


def test_without_a_key_the_bundle_is_sound_but_says_it_is_unsigned(tmp_path: Path) -> None:
    out = write_bundle(ward_contents(signing_key=None), tmp_path / "goi.zip").path
    found = verify_bundle(out)
    assert found.ok
    assert found.signature["state"] == "unsigned"


def test_a_wanted_key_must_have_signed(bundle: Path, tmp_path: Path) -> None:
    key = verify_bundle(bundle).signature["public_key"]
    other = write_bundle(ward_contents(signing_key=bytes(reversed(KEY))), tmp_path / "other.zip").path
    unsigned = write_bundle(ward_contents(signing_key=None), tmp_path / "unsigned.zip").path
    assert verify_bundle(bundle, trusted_keys=[key]).ok
    assert [fault.kind for fault in verify_bundle(other, trusted_keys=[key]).faults] == ["other_key"]
    assert [fault.kind for fault in verify_bundle(unsigned, trusted_keys=[key]).faults] == ["unsigned"]
