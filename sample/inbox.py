"""What lies in the inbox of the sample ward: results, evidence, outgoing documents, and files with something wrong."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from sample.composing import composed
from sample.documents import Document, Scan, born_digital, places, scanned
from sample.dossiers import CUTOFF, SampleDossier
from sample.ink import note_png, seal_png, signature_png
from sample.paper import Text, width_of
from sample.papers import Paper, papers
from sample.pki import Leaf, Pki
from sample.results import result_of
from sample.signing import sign_pdf, updating_writer
from sample.worktime import VIETNAM

BOTH = ("leader", "organ")
NOT_UPLOADED = 4
"""Results that the register names and nobody uploaded."""
FLAWS = ("organ_only", "expired", "changed", "stamp_picture", "other_agency", "truncated")
SCANNED_RESULTS = (
    Scan(dpi=200, skew=0.4, seed=21),
    Scan(dpi=300, skew=-0.2, seed=22, quality=64),
    Scan(dpi=100, skew=0.6, seed=23),
    Scan(dpi=200, colour=False, skew=0.3, seed=24),
)
_MINUTE = timedelta(minutes=1)
_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{3})+")
_NOTE_BOX = (395, 800, 575, 832)
"""Where the organ's signature on a scan stands: the top right corner of page 1."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A file of the inbox before it is made: its path, what is true about it, and how to make it."""

    path: str
    truth: dict[str, Any]
    make: Callable[[], bytes]
    slow: bool = False


def planned_inbox(dossiers: Sequence[SampleDossier], pki: Pki, seed: int) -> Iterator[Planned]:
    """Every file of the inbox, in a fixed order."""
    yield from _planned_results([d for d in dossiers if d.result_files], pki, seed)
    yield from (_planned_paper(paper, pki) for paper in papers())


def _planned_results(dossiers: Sequence[SampleDossier], pki: Pki, seed: int) -> Iterator[Planned]:
    """The last ones were never uploaded; before them come the scans, before those the flawed ones."""
    uploaded = dossiers[: len(dossiers) - NOT_UPLOADED]
    born, on_paper = uploaded[: -len(SCANNED_RESULTS)], uploaded[-len(SCANNED_RESULTS) :]
    flaws = dict(zip(range(2, len(born), max(1, len(born) // len(FLAWS))), FLAWS, strict=False))
    for place, dossier in enumerate(born):
        yield _planned_result(dossier, flaws.get(place, "none"), pki, seed)
    for dossier, scan in zip(on_paper, SCANNED_RESULTS, strict=True):
        yield _planned_scan(dossier, scan, pki, seed)


def _planned_result(dossier: SampleDossier, flaw: str, pki: Pki, seed: int) -> Planned:
    document = result_of(dossier, seed)
    verdict, met, digitisation = {
        "none": ("PASSED", True, "đạt"),
        "organ_only": ("PASSED", False, "đạt"),
        "expired": ("INDETERMINATE", None, "đạt"),
        "changed": ("FAILED", False, "đạt"),
        "stamp_picture": ("NO_SIGNATURE", False, "đạt"),
        "other_agency": ("PASSED", False, "đạt"),
        "truncated": ("UNREADABLE", None, "không đạt"),
    }[flaw]
    truth = _truth(document, "born", flaw, verdict) | {"profile_met": met, "digitisation": digitisation}
    path = f"ho-so/{dossier.result_files[0]}"
    return Planned(path, truth | {"dossier_code": dossier.code}, lambda: _made_result(document, flaw, pki))


def _planned_scan(dossier: SampleDossier, scan: Scan, pki: Pki, seed: int) -> Planned:
    document = replace(result_of(dossier, seed), by_hand=scan.seed % 2 == 1)
    good = scan.colour and scan.dpi >= 200
    flaw = "none" if good else "grey" if not scan.colour else "coarse"
    truth = _truth(document, "scan", flaw, "PASSED") | {
        "profile_met": True,
        "digitisation": "đạt" if good else "không đạt",
    }
    truth |= {"dpi": scan.dpi, "dossier_code": dossier.code}
    return Planned(
        f"ho-so/{dossier.result_files[0]}", truth, lambda: _made_scan(document, scan, ("organ",), pki), slow=True
    )


def _planned_paper(paper: Paper, pki: Pki) -> Planned:
    verdict = "PASSED" if paper.signers else "UNREADABLE" if paper.form == "docx" else "NO_SIGNATURE"
    document, signers = paper.document, paper.signers
    truth = _truth(document, paper.form, "docx_named_pdf" if paper.form == "docx" else "none", verdict)
    complete = set(signers) == set(BOTH) or (paper.form == "scan" and "organ" in signers)
    truth |= {"profile_met": None if paper.form == "docx" else complete}
    truth |= {"digitisation": "không đạt" if paper.form == "docx" else "đạt"}
    if paper.form == "docx":
        return Planned(paper.path, truth, lambda: word_file(document))
    if paper.scan is not None:
        scan = paper.scan
        return Planned(
            paper.path, truth | {"dpi": scan.dpi}, lambda: _made_scan(document, scan, signers, pki), slow=True
        )
    return Planned(paper.path, truth, lambda: signed_by(born_digital(document), document, signers, pki))


def _truth(document: Document, form: str, flaw: str, verdict: str) -> dict[str, Any]:
    return {
        "form": form,
        "flaw": flaw,
        "type": document.kind or "CÔNG VĂN",
        "number": document.full_number,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "by_hand": document.by_hand,
        "subject": document.subject,
        "signer": document.signer,
        "signature": verdict,
    }


def _made_result(document: Document, flaw: str, pki: Pki) -> bytes:
    pdf = born_digital(document, stamped=flaw == "stamp_picture")
    if flaw == "stamp_picture":
        return pdf
    if flaw == "expired":
        return signed_by(pdf, document, ("expired_leader", "organ"), pki, timestamped=False)
    signers = {"organ_only": ("organ",), "other_agency": ("leader", "other_organ")}.get(flaw, BOTH)
    signed = signed_by(pdf, document, signers, pki)
    if flaw == "changed":
        return changed_afterwards(signed, document)
    return signed[: len(pdf) // 2] if flaw == "truncated" else signed


def _made_scan(document: Document, scan: Scan, signers: Sequence[str], pki: Pki) -> bytes:
    """A scan is signed by the organ at the top right of page 1: form of copy, name, time (Decree 30, Annex I, II)."""
    pdf = scanned(document, scan=scan)
    at = _moment(document.issued_on)
    for name in signers:
        who = pki.leaf(name)
        note = note_png(("SAO Y", who.common_name, f"Thời gian ký: {at:%d/%m/%Y %H:%M:%S} +07:00"))
        pdf = sign_pdf(pdf, who, at=at, timestamped=True, field=_field(name), box=_NOTE_BOX, appearance=note)
    return pdf


def signed_by(pdf: bytes, document: Document, signers: Sequence[str], pki: Pki, *, timestamped: bool = True) -> bytes:
    """The document signed one after the other, three minutes apart, on its day of issue, with pictures in place."""
    at = _moment(document.issued_on)
    for place, name in enumerate(signers):
        moment = at + 3 * place * _MINUTE
        pdf = _signed(pdf, document, pki.leaf(name), moment, timestamped=timestamped)
    return pdf


def _signed(pdf: bytes, document: Document, who: Leaf, at: datetime, *, timestamped: bool) -> bytes:
    where, sealing = places(document), "organ" in who.name
    box = where.organ if sealing else where.leader
    left, bottom, right, top = (round(edge) for edge in box)
    picture = seal_png(who.common_name.upper()) if sealing else signature_png(document.signer)
    return sign_pdf(
        pdf,
        who,
        at=at,
        timestamped=timestamped,
        field=_field(who.name),
        page=where.page,
        box=(left, bottom, right, top),
        appearance=picture,
    )


def _field(name: str) -> str:
    return f"Signature_{name}"


def _moment(day: date | None) -> datetime:
    return datetime.combine(day or CUTOFF.date(), time(15, 20, 11), VIETNAM)


def changed_afterwards(pdf: bytes, document: Document) -> bytes:
    """The PDF with a number of its text replaced in an incremental update: every signature breaks."""
    writer = updating_writer(pdf)
    page = writer.root["/Pages"]["/Kids"][0]
    drawing = generic.StreamObject(stream_data=_over_a_number(document).encode("ascii"))
    contents = page.raw_get("/Contents")
    earlier = list(contents.get_object()) if isinstance(contents.get_object(), generic.ArrayObject) else [contents]
    page[pdf_name("/Contents")] = generic.ArrayObject([*earlier, writer.add_object(drawing)])
    writer.update_container(page)
    stream = BytesIO()
    writer.write(stream)  # type: ignore[no-untyped-call]
    return stream.getvalue()


def _over_a_number(document: Document) -> str:
    """Drawing that hides the last amount or other number of page 1 and writes a bigger one (F1 is Helvetica)."""
    marks = [mark for mark in composed(document).pages[0].marks if isinstance(mark, Text)]
    amounts = [mark for mark in marks if _AMOUNT.fullmatch(mark.text.strip())]
    hit = amounts[-1] if amounts else next(mark for mark in reversed(marks) if mark.text[:1].isdigit())
    wide = width_of(hit.text.strip(), hit.face, hit.size)
    hidden = f"q 1 1 1 rg {hit.x - 1:.1f} {hit.y - 3:.1f} {wide + 2:.1f} {hit.size:.1f} re f 0 g"
    return f"{hidden} BT /F1 {hit.size - 2:.1f} Tf {hit.x:.1f} {hit.y:.1f} Td (900.000.000) Tj ET Q"


def word_file(document: Document) -> bytes:
    """The document as a Word file, which somebody named .pdf."""
    lines = (document.kind, document.subject, *document.body)
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f'{_XML}<w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>',
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
