"""Trust as a technician keeps it: what is there, fetching revocation lists, pinning a certificate that was verified."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from config.refusals import WrongUse
from config.settings import Settings
from config.trust_policy import SHIPPED, load_policy
from flows.laying import write_whole
from flows.resources import open_resources
from ocr.signatures import trust_now
from ocr.signatures.crl_update import Fetch, update_crls
from ocr.signatures.pins import Pinned, read_certificate
from ocr.signatures.survey import UNVERIFIED, Survey
from storage.proof.custody import Happening, append

_HEX = re.compile(r"[^0-9a-fA-F]")


class PinRefused(WrongUse, ValueError):
    """A certificate was not pinned; the message says why and the way out, in Vietnamese."""


def trust_state(settings: Settings, *, at: datetime) -> dict[str, Any]:
    """What the trust folder holds as of `at`: see `ocr.signatures.survey.Survey.plain`, and `folder`."""
    store = trust_now(settings.trust_folder, refusing_sha1=settings.sha1 == "strict")
    return {"folder": str(settings.trust_folder), **Survey(store, at).plain()}


def update_trust(
    settings: Settings,
    *,
    at: datetime,
    hosts: Sequence[str] = (),
    addresses: Sequence[str] = (),
    fetch: Fetch | None = None,
) -> dict[str, Any]:
    """Fetch the revocation lists of all authorities: {updates, trust_before, trust_after, state}. Goes online.

    `hosts` are allowed besides the policy's `crl_hosts`, `addresses` are asked besides its `crl_addresses`.

    Raises:
        BadTrustStore: the folder holds something unusable.
    """
    folder = settings.trust_folder
    before = trust_now(folder).digest
    updates = update_crls(folder, allowed_hosts=hosts, addresses=addresses, fetch=fetch)
    after = trust_now(folder).digest
    if before != after:
        new = [update.file.name for update in updates if update.outcome == "new" and update.file]
        _tell(
            settings, Happening("trust_updated", after, "parindex", "trust update", {"before": before, "new": new}), at
        )
    told = [
        {
            "address": one.address,
            "outcome": one.outcome,
            "detail": one.detail,
            "file": one.file.name if one.file else None,
        }
        for one in updates
    ]
    return {"updates": told, "trust_before": before, "trust_after": after, "state": trust_state(settings, at=at)}


def pin_certificate(
    settings: Settings, file: Path, *, confirmed: str, kind: str, name: str, at: datetime
) -> dict[str, Any]:
    """Trust a certificate whose fingerprint a person confirms: a root as anchor with its pin, else as intermediate.

    `confirmed` is the SHA-256 that came another way than the file; it must be the file's own.

    Raises:
        PinRefused: it is not, or the file is no certificate of an authority.
    """
    try:
        found = read_certificate(file)
    except ValueError as error:
        raise PinRefused(f"{file}: không phải chứng thư X.509 (PEM hoặc DER): {error}") from error
    if _HEX.sub("", confirmed).lower() != found.fingerprint:
        raise PinRefused(
            f"{file}: dấu vân tay SHA-256 của tệp là {found.fingerprint}, KHÁC với dấu vân tay đã nhập. "
            "Không ghim. Có thể tệp đã bị thay: tải lại và hỏi lại cơ quan cấp chứng thư bằng đường khác."
        )
    if not found.is_authority:
        raise PinRefused(
            f"{file}: chứng thư của {found.name} không phải của cơ quan cấp chứng thư; khai vào staff.yaml."
        )
    folder = settings.trust_folder
    _with_templates(folder)
    place = folder / ("anchors" if found.is_root else "intermediates") / f"{found.fingerprint[:16]}.crt"
    place.parent.mkdir(parents=True, exist_ok=True)
    if found.is_root:
        _into_policy(folder / "policy.yaml", found, kind, name or found.name)
    write_whole(place, found.der)
    where = f"trust/{place.parent.name}"
    _tell(settings, Happening("trust_pinned", found.fingerprint, "parindex", where, {"name": found.name}), at)
    return {"file": str(place), "fingerprint": found.fingerprint, "name": found.name, "root": found.is_root}


def _with_templates(folder: Path) -> None:
    """The shipped policy and staff list, where the folder has none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("policy.yaml", "staff.yaml"):
        if not (folder / name).exists():
            shutil.copyfile(SHIPPED / name, folder / name)


def _into_policy(file: Path, found: Pinned, kind: str, name: str) -> None:
    """Add the pin to the text of policy.yaml, comments kept; a candidate that is there already becomes verified."""
    text = file.read_text(encoding="utf-8")
    entry = f'  - sha256: {found.fingerprint}\n    kind: {kind}\n    name: "{name.replace(chr(34), "")}"\n'
    known = re.compile(rf"^  - sha256: {found.fingerprint}\n(?:    .*\n?)*", flags=re.IGNORECASE | re.MULTILINE)
    if known.search(text):
        text = known.sub(lambda _: entry, text, count=1)
    elif re.search(r"^anchors:[ \t]*$", text, flags=re.MULTILINE):
        text = re.sub(r"^anchors:[ \t]*\n", lambda line: line.group() + entry, text, count=1, flags=re.MULTILINE)
    else:
        text = re.sub(r"^anchors:[ \t]*\[\][ \t]*\n?", "", text, flags=re.MULTILINE).rstrip() + f"\n\nanchors:\n{entry}"
    write_whole(file, text.encode())
    if UNVERIFIED in load_policy(file).name_of(found.fingerprint) or not _is_pinned(file, found):
        raise PinRefused(f"{file}: không ghi được mục anchors; thêm tay:\nanchors:\n{entry}")


def _is_pinned(file: Path, found: Pinned) -> bool:
    return any(one.sha256.lower() == found.fingerprint for one in load_policy(file).anchors)


def _tell(settings: Settings, happening: Happening, at: datetime) -> None:
    with open_resources(settings) as resources, resources.database.write() as connection:
        append(connection, [happening], at=at)
