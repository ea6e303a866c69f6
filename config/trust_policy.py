"""The trust policy: which anchors are trusted for what, and what algorithms each kind of anchor may use.

Data, not code: a `policy.yaml` beside the anchors, read here and checked. Without a file the shipped default holds.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.complaints import complaint, place_of, seen_in
from config.refusals import WrongUse
from config.strict_yaml import plain_yaml

SHIPPED = Path(__file__).parent / "trust"


class BadTrustPolicy(WrongUse, ValueError):
    """A policy or staff file cannot be used. The message names the file and every problem, in Vietnamese."""


class Anchor(BaseModel):
    """One pinned trust anchor: SHA-256 of its certificate, and what kind of authority it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    kind: Literal["official_duty", "public"]
    name: str = ""


class StaffMember(BaseModel):
    """Whose certificate this is, by SHA-256 of the certificate; never matched by displayed name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    person: str
    role: Literal["leader", "organ", "clerk"]
    title: str = ""


class TrustPolicy(BaseModel):
    """What is accepted. Every field has a default, the shipped `config/trust/policy.yaml` says why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "parindex-mac-dinh"
    version: str = "2026-11-23"
    sha1: Literal["official_duty", "strict"] = "official_duty"
    """official_duty: SHA-1 counts, with a warning, under anchors of that kind; strict: it counts nowhere."""
    sha1_signed_until: date | None = None
    """Last day of signing for which SHA-1 still counts; None: no end."""
    minimum_rsa_bits: Annotated[int, Field(ge=1024, le=8192)] = 2048
    accept_without_revocation: bool = False
    """True: a signature counts although no revocation data could be found (with a warning)."""
    accept_claimed_time: bool = False
    """True: the signer's own clock is believed where no trusted time stamp exists (with a warning)."""
    anchors: tuple[Anchor, ...] = ()
    crl_hosts: tuple[str, ...] = ()
    """Hosts (with their subdomains) from which `parindex trust update` may fetch revocation lists."""
    crl_addresses: tuple[str, ...] = ()
    """Addresses to ask besides the distribution points of the store's own certificates."""

    def kind_of(self, sha256: str) -> str:
        """official_duty or public; an anchor that the policy does not list is public."""
        return next((a.kind for a in self.anchors if a.sha256.lower() == sha256.lower()), "public")

    def name_of(self, sha256: str) -> str:
        """The name that the policy gives an anchor, or an empty text."""
        return next((a.name for a in self.anchors if a.sha256.lower() == sha256.lower()), "")


class _StaffFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    staff: tuple[StaffMember, ...] = ()


def load_policy(file: Path) -> TrustPolicy:
    """The policy of a `policy.yaml`; a missing file gives the shipped defaults.

    Raises:
        BadTrustPolicy: the file is not YAML or says something unknown.
    """
    try:
        return TrustPolicy.model_validate(_plain(file))
    except ValidationError as error:
        raise BadTrustPolicy(_problems(file, error)) from error


def load_staff(file: Path) -> tuple[StaffMember, ...]:
    """The staff list of a `staff.yaml`; a missing file gives none.

    Raises:
        BadTrustPolicy: the file is not YAML or says something unknown.
    """
    try:
        return _StaffFile.model_validate(_plain(file)).staff
    except ValidationError as error:
        raise BadTrustPolicy(_problems(file, error)) from error


def _plain(file: Path) -> object:
    if not file.is_file():
        return {}
    try:
        return plain_yaml(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadTrustPolicy(f"{file.name}: không đọc được YAML ({error}). Sửa tệp rồi chạy lại.") from error


def _problems(file: Path, error: ValidationError) -> str:
    lines = [f"{file.name}: {error.error_count()} chỗ chưa dùng được:"]
    for problem in error.errors():
        lines.append(f"  {place_of(problem)}: {complaint(problem)}{seen_in(problem)}")
    lines.append(f"Sửa trong {file}, mẫu có giải thích: config/trust/policy.yaml.")
    return "\n".join(lines)
