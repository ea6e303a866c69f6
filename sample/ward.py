"""The sample ward as a folder: exports, inbox, trust, and what is true about them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample.declared import CRITERIA, write_declared
from sample.dossiers import ELSEWHERE, SampleDossier, dossiers_of_2025
from sample.inbox import Planned, planned_inbox
from sample.lists import first_half, second_half, write_html_list, write_xlsx_list
from sample.pki import Pki
from sample.registers import SamplePetition, petitions_of_2025, write_petitions, write_register, write_survey

UNIT = "hoi-an-dong"
EXPORTS = {
    "first": "Danh sách hồ sơ_2025_dot_1.xls",
    "second": "Danh sách hồ sơ_2025_dot_2.xlsx",
    "register": "Sổ chi tiết hồ sơ_2025.xlsx",
    "petitions": "Phản ánh kiến nghị_2025.xlsx",
    "declared": "Khai báo số liệu_2025.xlsx",
    "survey": "Kết quả SIPAS_2025.xlsx",
}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was written: `truth` is what `truth.json` holds."""

    folder: Path
    exports: int
    documents: int
    bytes: int
    truth: dict[str, Any]


def write_sample_ward(folder: Path, *, seed: int = 1, dossiers: int = 2000, say: Say = print) -> SampleReport:
    """Write the sample ward into `folder`; the same seed and count give the same bytes.

    What lies there whole already is left as it is. Other files in the folder are never touched.

    Raises:
        ValueError: fewer dossiers than the sample needs.
        NoFont: no font with Vietnamese letters is installed.
    """
    made_from = {"seed": seed, "dossiers": dossiers, "generator": generator_fingerprint()}
    standing = standing_truth(folder, made_from)
    if standing is not None:
        say(f"Dữ liệu mẫu đã có đủ trong {folder} (hạt giống {seed}), không tạo lại")
        return _report(folder, standing)
    made = dossiers_of_2025(seed, dossiers)
    petitions = petitions_of_2025(seed)
    say(f"Phường Hội An Đông (số liệu mẫu, hạt giống {seed}): {len(made)} hồ sơ năm 2025")
    blank = write_exports(folder / "exports", made, petitions)
    say(f"  đã ghi {len(EXPORTS)} tệp xuất vào {folder / 'exports'}")
    pki = Pki.from_seed(seed)
    pki.write_trust(folder / "trust")
    say(f"  đã ghi chứng thư mẫu vào {folder / 'trust'}")
    documents = _write_inbox(folder / "inbox" / UNIT, list(planned_inbox(made, pki, seed)), say)
    truth = _truth(made, petitions, blank, documents) | {"made_from": made_from, "files": _hashes(folder, documents)}
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    report = _report(folder, truth)
    say(f"  xong: {report.documents} tài liệu, tổng {report.bytes / 1e6:.1f} MB")
    return report


def generator_fingerprint() -> str:
    """SHA-256 over everything the sample is made from: this folder's code and texts, and the criteria set."""
    here = Path(__file__).parent
    sources = [path for path in here.rglob("*") if path.suffix in (".py", ".yaml", ".txt")]
    digest = hashlib.sha256()
    for path in [*sorted(sources), CRITERIA]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def standing_truth(folder: Path, made_from: Mapping[str, Any]) -> dict[str, Any] | None:
    """The truth of a sample that lies whole in `folder` and was made from the same; None where there is none."""
    try:
        truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        whole = truth["made_from"] == made_from and all(
            _sha256(folder / path) == sha256 for path, sha256 in truth["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return truth if whole else None


def _hashes(folder: Path, documents: Iterable[str]) -> dict[str, str]:
    """SHA-256 of each file of the sample, by its path in the folder."""
    files = [folder / "exports" / name for name in EXPORTS.values()]
    files += [folder / "inbox" / UNIT / path for path in documents]
    files += [path for path in (folder / "trust").rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in sorted(files)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _report(folder: Path, truth: dict[str, Any]) -> SampleReport:
    size = sum((folder / path).stat().st_size for path in truth["files"])
    return SampleReport(folder, len(EXPORTS), len(truth["documents"]), size, truth)


def write_exports(
    folder: Path, dossiers: Sequence[SampleDossier], petitions: Sequence[SamplePetition]
) -> Sequence[str]:
    """Write the six exports; returns the declared inputs left blank as "component/key"."""
    folder.mkdir(parents=True, exist_ok=True)
    write_html_list(folder / EXPORTS["first"], first_half(dossiers))
    write_xlsx_list(folder / EXPORTS["second"], second_half(dossiers))
    write_register(folder / EXPORTS["register"], dossiers)
    write_petitions(folder / EXPORTS["petitions"], petitions)
    write_survey(folder / EXPORTS["survey"])
    return write_declared(folder / EXPORTS["declared"], dossiers=len(dossiers))


def _write_inbox(folder: Path, planned: Sequence[Planned], say: Say) -> dict[str, dict[str, Any]]:
    """Scans, whose pictures need no Python, are made beside the others."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        making = {plan.path: beside.submit(plan.make) for plan in planned if plan.slow}
        for done, plan in enumerate(sorted(planned, key=lambda plan: plan.slow), start=1):
            content = making[plan.path].result() if plan.slow else plan.make()
            path = folder / plan.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if done % 15 == 0 or done == len(planned):
                say(f"  đã tạo {done}/{len(planned)} tài liệu")
    return {plan.path: plan.truth for plan in planned}


def _truth(
    dossiers: Sequence[SampleDossier],
    petitions: Sequence[SamplePetition],
    blank: Sequence[str],
    documents: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    return {
        "unit": UNIT,
        "period": "2025",
        "exports": list(EXPORTS.values()),
        "dossiers": _counted(dossiers),
        "petitions": {
            "total": len(petitions),
            "late": sum(petition.late for petition in petitions),
            "confirmed_about_fees": sum(p.found == "Đúng" and p.about == "Phí, thành phần hồ sơ" for p in petitions),
        },
        "declared_blank": list(blank),
        "documents": documents,
    }


def _counted(dossiers: Sequence[SampleDossier]) -> dict[str, Any]:
    late = [dossier for dossier in dossiers if dossier.late]
    return {
        "total": len(dossiers),
        "by_status": {str(status): count for status, count in sorted(Counter(d.status for d in dossiers).items())},
        "by_channel": dict(sorted(Counter(dossier.channel for dossier in dossiers).items())),
        "finished": sum(dossier.finished for dossier in dossiers),
        "late": len(late),
        "late_with_apology": sum(dossier.apology is not None for dossier in late),
        "fee_due": sum(dossier.procedure.fee for dossier in dossiers),
        "paid_online": sum(dossier.paid_online for dossier in dossiers),
        "digitised": sum(dossier.digitised for dossier in dossiers),
        "reused": sum(dossier.reused for dossier in dossiers),
        "synced": sum(dossier.synced for dossier in dossiers),
        "electronic_finished": sum(dossier.electronic and dossier.finished for dossier in dossiers),
        "resolved_elsewhere": sum(dossier.resolving_unit == ELSEWHERE for dossier in dossiers),
        "in_first_export": len(first_half(dossiers)),
        "in_second_export": len(second_half(dossiers)),
    }
