"""A public-key infrastructure for samples and tests: the names of the real one, keys from a seed, marked TEST ONLY."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sample.keys import seeded_rsa_key

TEST_MARK = "TEST ONLY parindex"
CITY = "Ủy ban nhân dân thành phố Đà Nẵng"
WARD = "Ủy ban nhân dân phường Hội An Đông"

ROOT_NAME = {
    "CN": "Co quan chung thuc so chuyen dung Chinh phu (RootCA)",
    "OU": TEST_MARK,
    "O": "Ban Co yeu Chinh phu",
    "C": "VN",
}
CA_NAME = {"CN": "Co quan chung thuc so Chinh phu", "OU": TEST_MARK, "O": "Ban Co yeu Chinh phu", "C": "VN"}

_OIDS = {
    "CN": NameOID.COMMON_NAME,
    "T": NameOID.TITLE,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "C": NameOID.COUNTRY_NAME,
    "UID": NameOID.USER_ID,
    "E": NameOID.EMAIL_ADDRESS,
}


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one certificate shall say. `usage` is signature | ca | tsa | tls; dates are midnight UTC."""

    subject: dict[str, str]
    issuer: str
    usage: str = "signature"
    valid_from: str = "2024-01-01"
    valid_to: str = "2046-12-31"
    bits: int = 2048
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate with its key, and the time-stamping authority its owner uses."""

    name: str
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    tsa: Leaf | None = None

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def key_der(self) -> bytes:
        """The private key as PKCS#8 DER."""
        encoding, kind = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(encoding, kind, serialization.NoEncryption())

    @property
    def common_name(self) -> str:
        """CN of the subject."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _officer(name: str, title: str, unit: str = WARD) -> dict[str, str]:
    return {"CN": name, "T": title, "OU": unit, "O": CITY, "L": "Đà Nẵng", "C": "VN"}


def _organ(name: str, number: str) -> dict[str, str]:
    return {"CN": name, "UID": f"MST:{number}", "O": CITY, "L": "Đà Nẵng", "C": "VN"}


_COMMERCIAL = {"O": "Cong ty Chung thuc so Mau (TEST)", "OU": TEST_MARK, "C": "VN"}
_LEADER = _officer("Nguyễn Thị Hồng", "Phó Chủ tịch")


def _authority(subject: dict[str, str], issuer: str, path_length: int | None = None) -> Recipe:
    return Recipe(
        subject=subject,
        issuer=issuer,
        usage="ca",
        valid_from="2010-01-01",
        valid_to="2060-12-31",
        path_length=path_length,
    )


RECIPES: dict[str, Recipe] = {
    "root": _authority(ROOT_NAME, "root"),
    "ca": _authority(CA_NAME, "root", path_length=0),
    "tsa": Recipe(
        subject={"CN": "Dich vu cap dau thoi gian", "OU": TEST_MARK, "O": "Ban Co yeu Chinh phu", "C": "VN"},
        issuer="ca",
        usage="tsa",
        valid_from="2015-01-01",
    ),
    "leader": Recipe(subject=_LEADER, issuer="ca"),
    "organ": Recipe(subject=_organ(WARD, "0400000001"), issuer="ca"),
    "clerk": Recipe(subject=_officer("Trần Văn Minh", "Công chức một cửa"), issuer="ca"),
    "expired_leader": Recipe(subject=_LEADER, issuer="ca", valid_from="2021-01-01", valid_to="2024-01-01"),
    "revoked": Recipe(subject=_officer("Lê Quang Dũng", "Phó Chủ tịch"), issuer="ca"),
    "other_organ": Recipe(subject=_organ("Ủy ban nhân dân phường Thanh Khê Mẫu", "0400000002"), issuer="ca"),
    "commercial_root": _authority(_COMMERCIAL | {"CN": "Mau Certification Authority Root"}, "commercial_root"),
    "commercial_ca": _authority(_COMMERCIAL | {"CN": "Mau Certification Authority"}, "commercial_root", path_length=0),
    "company": Recipe(
        subject={"CN": "CÔNG TY TNHH GỐM SỨ THANH HÀ MẪU", "UID": "MST:0400000099", "L": "Đà Nẵng", "C": "VN"},
        issuer="commercial_ca",
    ),
    "fake_root": _authority(ROOT_NAME, "fake_root"),
    "fake_ca": _authority(CA_NAME, "fake_root", path_length=0),
    "fake_leader": Recipe(subject=_LEADER, issuer="fake_ca"),
}
ANCHORS = {"root": "official_duty", "commercial_root": "public"}
INTERMEDIATES = ("ca", "commercial_ca")
REVOCATIONS = {"ca": {"revoked": "2025-06-01"}}
CRL_DATES = ("2023-12-20", "2025-06-30", "2025-12-31")
CRL_NEXT_UPDATE = "2046-12-31"
STAFF = {
    "leader": ("Nguyễn Thị Hồng", "leader"),
    "expired_leader": ("Nguyễn Thị Hồng", "leader"),
    "organ": (WARD, "organ"),
    "clerk": ("Trần Văn Minh", "clerk"),
}


@dataclass(frozen=True, slots=True)
class Pki:
    """Certificates by name (see RECIPES), made when first asked for; the same seed gives the same bytes."""

    seed: int
    recipes: dict[str, Recipe] = field(default_factory=lambda: dict(RECIPES))
    _made: dict[str, Leaf] = field(default_factory=dict)

    @classmethod
    def from_seed(cls, seed: int) -> Pki:
        """The infrastructure of this seed."""
        return cls(seed)

    def leaf(self, name: str) -> Leaf:
        """The certificate `name` with its key. Raises KeyError for a name without a recipe."""
        if name not in self._made:
            self._made[name] = self._made_from(name, self.recipes[name])
        return self._made[name]

    @property
    def leader(self) -> Leaf:
        """Nguyễn Thị Hồng, vice-chair of the ward."""
        return self.leaf("leader")

    @property
    def organ(self) -> Leaf:
        """The ward's own seal."""
        return self.leaf("organ")

    @property
    def clerk(self) -> Leaf:
        """A clerk of the one-stop shop."""
        return self.leaf("clerk")

    @property
    def expired_leader(self) -> Leaf:
        """The leader's earlier certificate, valid 2021 to 2023."""
        return self.leaf("expired_leader")

    @property
    def revoked(self) -> Leaf:
        """An officer whose certificate was revoked on 1 June 2025."""
        return self.leaf("revoked")

    @property
    def other_organ(self) -> Leaf:
        """The seal of another ward."""
        return self.leaf("other_organ")

    @property
    def company(self) -> Leaf:
        """A company with a certificate of a commercial authority."""
        return self.leaf("company")

    @property
    def fake_leader(self) -> Leaf:
        """The leader's name from a root that copies the official names with other keys."""
        return self.leaf("fake_leader")

    def crl(self, issuer: str, this_update: str, next_update: str = CRL_NEXT_UPDATE) -> bytes:
        """The DER revocation list of `issuer` as of `this_update` (YYYY-MM-DD)."""
        authority = self.leaf(issuer)
        at = _day(this_update)
        builder = x509.CertificateRevocationListBuilder(authority.certificate.subject, at, _day(next_update))
        builder = builder.add_extension(_key_of_issuer(authority), critical=False)
        builder = builder.add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        for name, day in REVOCATIONS.get(issuer, {}).items():
            if _day(day) <= at:
                builder = builder.add_revoked_certificate(self._revocation(name, day))
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def write_trust(self, folder: Path) -> None:
        """Write `anchors/*.pem`, `intermediates/*.pem`, `crls/*.crl`, `policy.yaml` and `staff.yaml` into `folder`."""
        for name in ANCHORS:
            _write_pem(folder / "anchors" / f"{name}.pem", self.leaf(name))
        for name in INTERMEDIATES:
            _write_pem(folder / "intermediates" / f"{name}.pem", self.leaf(name))
        for issuer in (*ANCHORS, *INTERMEDIATES):
            for day in CRL_DATES:
                _write(folder / "crls" / f"{issuer}-{day}.crl", self.crl(issuer, day))
        _write(folder / "policy.yaml", _yaml(self.policy()))
        _write(folder / "staff.yaml", _yaml({"staff": self.staff()}))

    def policy(self) -> dict[str, object]:
        """The trust policy as `policy.yaml` holds it."""
        anchors = [
            {"sha256": self.leaf(name).fingerprint, "kind": kind, "name": name} for name, kind in ANCHORS.items()
        ]
        return {"name": "mau-thu-nghiem", "version": "2026-11-23", "sha1": "official_duty", "anchors": anchors}

    def staff(self) -> list[dict[str, str]]:
        """The staff list as `staff.yaml` holds it: fingerprint, person, role."""
        return [
            {"fingerprint": self.leaf(name).fingerprint, "person": person, "role": role}
            for name, (person, role) in STAFF.items()
        ]

    def _made_from(self, name: str, recipe: Recipe) -> Leaf:
        key = seeded_rsa_key(self.seed, name, recipe.bits)
        issuer = None if recipe.issuer == name else self.leaf(recipe.issuer)
        issuer_key = issuer.key if issuer else key
        subject = _x509_name(recipe.subject)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(self._serial(name))
            .not_valid_before(_day(recipe.valid_from))
            .not_valid_after(_day(recipe.valid_to))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        certificate = _with_usage(builder, recipe).sign(issuer_key, hashes.SHA256())
        tsa = self.leaf("tsa") if recipe.usage == "signature" else None
        return Leaf(name, certificate, key, tsa)

    def _serial(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{name}".encode()).digest()[:15], "big") | 1

    def _revocation(self, name: str, day: str) -> x509.RevokedCertificate:
        builder = x509.RevokedCertificateBuilder().serial_number(self._serial(name)).revocation_date(_day(day))
        return builder.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False).build()


def _x509_name(parts: dict[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_OIDS[key], value) for key, value in parts.items()])


def _key_of_issuer(authority: Leaf) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())


def _with_usage(builder: x509.CertificateBuilder, recipe: Recipe) -> x509.CertificateBuilder:
    is_ca = recipe.usage == "ca"
    builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=recipe.path_length), critical=True)
    builder = builder.add_extension(_key_usage(recipe.usage), critical=True)
    if recipe.usage == "tsa":
        return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if recipe.usage == "tls":
        return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder


def _key_usage(usage: str) -> x509.KeyUsage:
    signs = usage in {"signature", "tsa"}
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=usage == "signature",
        key_encipherment=usage == "tls",
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=usage == "ca",
        crl_sign=usage == "ca",
        encipher_only=False,
        decipher_only=False,
    )


def _write_pem(path: Path, leaf: Leaf) -> None:
    _write(path, leaf.certificate.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _yaml(plain: object) -> bytes:
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False).encode()
