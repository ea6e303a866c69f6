"""Check an evidence bundle without trusting anybody: every hash, every claim, and the score computed again.

    python3 verify.py [PATH] [--json] [--en] [--key HEX] [--from CHECKPOINT]

PATH is the bundle's zip or its unzipped folder; without it, the folder in which this file lies. Python 3.11 or newer,
nothing else. Exit code 0: sound, 1: faults were found (all are listed), 2: wrong use or not a bundle.
Kiểm tra gói tài liệu: mọi mã băm, mọi xác nhận, và tính lại điểm.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

if sys.version_info < (3, 11):  # noqa: UP036 - it travels to machines that we do not know
    print("verify.py: cần Python 3.11 trở lên / Python 3.11 or newer is needed", file=sys.stderr)
    sys.exit(2)

_SOURCE = Path(__file__).resolve().parent / "ma-nguon"
if _SOURCE.is_dir():  # inside a bundle: use the source beside this file, and leave no compiled files among the evidence
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(_SOURCE))
elif __name__ == "__main__" and not any(Path(folder, "storage", "bundles").is_dir() for folder in sys.path):
    # code out of a zip that is still unchecked is not run: the whole bundle has to be unpacked
    print(
        "verify.py: thiếu thư mục ma-nguon bên cạnh; hãy giải nén cả gói rồi chạy verify.py trong thư mục đó.\n"
        "verify.py: the folder ma-nguon is missing beside it; unzip the whole bundle and run verify.py there.",
        file=sys.stderr,
    )
    sys.exit(2)

from storage.bundles.checkpoints import check_checkpoint, trusted_keys_of  # noqa: E402 - the path must be set first
from storage.bundles.containers import Container, open_container  # noqa: E402
from storage.bundles.log import LOG, check_log  # noqa: E402
from storage.bundles.manifests import STATEMENT, Listed, check_manifests  # noqa: E402
from storage.bundles.proofs import (  # noqa: E402
    CALENDAR,
    CLAIMS,
    CRITERIA,
    FACTS,
    INDEX,
    MALFORMED,
    SCORE,
    ScoreProof,
    check_signature,
    claim_faults,
    evidence_faults,
    index_faults,
    input_faults,
    read_json,
    recompute,
    statement_faults,
)
from storage.bundles.sentences import Fault  # noqa: E402

SOUND, FAULTY, WRONG_USE = 0, 1, 2
_NOTHING = ScoreProof(None, None, False, None, None)


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that was found. `signature` and `log` are JSON-ready."""

    faults: tuple[Fault, ...]
    files: int
    score: ScoreProof
    signature: dict[str, Any]
    log: dict[str, Any]
    completeness: dict[str, Any] | None

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.faults

    def plain(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "ok": self.ok,
            "faults": [fault.plain() for fault in self.faults],
            "files": self.files,
            "score": self.score.plain(),
            "signature": self.signature,
            "log": self.log,
            "completeness": self.completeness,
        }


def verify_bundle(path: Path, *, trusted_keys: Collection[str] = (), before: str = "") -> Verification:
    """Check the bundle at `path`, zip or unzipped folder. Nothing inside it is executed.

    `trusted_keys` are Ed25519 public keys in hex; where given, only their signatures count, and those of keys that they
    signed in. `before` is the text of an older checkpoint, which the log must continue.
    """
    with open_container(path) as container:
        if not container.entries:
            return Verification(_sorted(container.faults), 0, _NOTHING, _unknown(), {"events": 0, "ok": False}, None)
        listed = check_manifests(container)
        faults = [*container.faults, *listed.faults]
        statement = read_json(container, STATEMENT, faults)
        statement = statement if isinstance(statement, dict) else {}
        faults += statement_faults(container, listed, statement)
        signature = check_signature(container, statement, trusted_keys_of(container, trusted_keys), faults)
        log = _check_log(container, statement, faults, before)
        score = _check_claims(container, listed, statement, faults)
    return Verification(_sorted(faults), len(container.entries), score, signature, log, statement.get("completeness"))


def _check_log(container: Container, statement: dict[str, Any], faults: list[Fault], before: str) -> dict[str, Any]:
    chain = check_log(container, statement, faults)
    return {
        "events": len(chain.hashes),
        "ok": LOG in container.entries and not chain.seen,
        "last_hash": chain.ends()["last_hash"],
        "checkpoint": check_checkpoint(container, chain, statement, faults, before=before),
    }


def _check_claims(container: Container, listed: Listed, statement: dict[str, Any], faults: list[Fault]) -> ScoreProof:
    """Index, inputs and score; a value of a strange shape is a fault, never a crash."""
    paths = {"facts": FACTS, "criteria": CRITERIA, "calendar": CALENDAR}
    values = {name: read_json(container, path, faults) for name, path in paths.items()}
    score, index = read_json(container, SCORE, faults), read_json(container, INDEX, faults)
    claims = read_json(container, CLAIMS, faults)
    try:
        faults += claim_faults(claims, statement, score)
        faults += index_faults(index, listed)
        faults += evidence_faults(score, index, statement)
        faults += input_faults(score, values, index, statement)
    except MALFORMED as error:
        faults.append(Fault("bad_statement", INDEX, f"{type(error).__name__}: {error}"))
    return recompute(score, values, faults) if isinstance(score, dict) else _NOTHING


def _unknown() -> dict[str, Any]:
    return {"state": "unknown", "public_key": None}


def _sorted(faults: Collection[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(set(faults), key=lambda fault: (fault.path, fault.kind, fault.seen)))


def main(arguments: Sequence[str], out: TextIO) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(
        prog="verify.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--json", action="store_true", help="in một tài liệu JSON / print one JSON document")
    parser.add_argument("--en", action="store_true", help="in English")
    parser.add_argument("--key", action="append", default=[], help="khóa công khai được tin (hex) / trusted public key")
    parser.add_argument(
        "--from", dest="before", type=Path, help="mốc nhật ký cũ mà nhật ký phải nối tiếp / an older checkpoint"
    )
    given = parser.parse_args(arguments)
    for path in (given.path, given.before):
        if path is not None and not path.exists():
            print(f"{path}: " + ("no such file" if given.en else "không có tệp này"), file=sys.stderr)
            return WRONG_USE
    before = given.before.read_text(encoding="utf-8", errors="replace") if given.before else ""
    found = verify_bundle(given.path, trusted_keys=given.key, before=before)
    if given.json:
        out.write(json.dumps(found.plain(), ensure_ascii=False, indent=1) + "\n")
    else:
        out.writelines(f"{line}\n" for line in _lines(found, english=given.en))
    if found.ok:
        return SOUND
    return WRONG_USE if not found.files or any(fault.kind == "no_bag" for fault in found.faults) else FAULTY


def _lines(found: Verification, *, english: bool) -> list[str]:
    score, signed, public = found.score, found.signature["state"], found.signature["public_key"]
    key = f" ({'key' if english else 'khóa'} {public})" if public else ""
    lines = [f"  {fault.path or '(zip)'}: {fault.sentence(english=english)}" for fault in found.faults]
    if english:
        lines += [
            f"{found.files} files; score stated {score.stated}, recomputed {score.recomputed}; "
            f"custody log {found.log['events']} events{_continued(found, english=True)}; statement {signed}{key}.",
            "SOUND: nothing was changed." if found.ok else f"NOT SOUND: {len(found.faults)} faults, all listed above.",
        ]
        return lines
    states = {"valid": "có chữ ký đúng", "invalid": "chữ ký SAI", "unsigned": "không ký", "other_key": "khóa lạ"}
    lines += [
        f"{found.files} tệp; điểm ghi {score.stated}, tính lại {score.recomputed}; "
        f"nhật ký {found.log['events']} sự kiện{_continued(found, english=False)}; "
        f"bản xác nhận {states.get(signed, 'không rõ')}{key}.",
        "NGUYÊN VẸN: không có gì bị thay đổi." if found.ok else f"CÓ LỖI: {len(found.faults)} lỗi, liệt kê ở trên.",
    ]
    return lines


def _continued(found: Verification, *, english: bool) -> str:
    checkpoint = found.log.get("checkpoint")
    if not checkpoint or not checkpoint["ok"]:
        return ""
    size, earlier = checkpoint["size"], checkpoint["continues"]
    if english:
        return f", in the signed log of {size}" + (f", continuing {earlier}" if earlier else "")
    return f", nằm trong nhật ký đã ký {size} sự kiện" + (f", nối tiếp mốc {earlier}" if earlier else "")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:], sys.stdout))
