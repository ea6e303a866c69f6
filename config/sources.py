"""Where exports come from besides the folder of PAR_EXPORTS: one YAML file, checked here (see sources.example.yaml)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from config.complaints import complaint, place_of
from config.refusals import WrongUse
from config.strict_yaml import plain_yaml

_FOLDER_OF_EXPORTS = "exports"
NAME = r"^[a-z0-9][a-z0-9-]{1,63}$"


class MissingSecret(WrongUse, ValueError):
    """A source's secret is not where the file says; the message is Vietnamese."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(_Strict):
    """Where a secret lies: never in the file of sources itself."""

    env: str | None = Field(None, pattern=r"^[A-Z][A-Z0-9_]*$")
    file: Path | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError("mật khẩu phải ghi bằng đúng một trong hai mục: env (tên biến) hoặc file (đường dẫn)")
        return self

    def read(self, environ: Mapping[str, str] | None = None) -> str:
        """The secret.

        Raises:
            MissingSecret: no such variable, or the file cannot be read.
        """
        if self.env is not None:
            try:
                return (os.environ if environ is None else environ)[self.env]
            except KeyError:
                raise MissingSecret(f"chưa có biến môi trường {self.env} chứa mật khẩu") from None
        assert self.file is not None
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MissingSecret(f"không đọc được tệp mật khẩu {self.file}") from error


class _Entry(_Strict):
    """What every source has. `opens` and `closes` are the hours in which it may be asked, in PAR_TIMEZONE."""

    name: str = Field(pattern=NAME)
    unit: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{1,63})?$")
    """Unit whose exports lie there; empty: the one that is scored."""
    opens: time | None = None
    closes: time | None = None
    fresh_hours: int = Field(0, ge=0, le=8_760)
    """The newest export may be so old at most; 0: no limit."""
    attempts: int = Field(3, ge=1, le=10)
    wait_seconds: float = Field(20.0, ge=0, le=600)
    """Before the second attempt; doubled before each further one."""

    @model_validator(mode="after")
    def _window_is_whole(self) -> _Entry:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("khung giờ phải có cả opens và closes")
        return self

    def is_open(self, at: time) -> bool:
        """Whether the source may be asked at this time of day; a window may run over midnight."""
        if self.opens is None or self.closes is None:
            return True
        if self.opens <= self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes


class FolderEntry(_Entry):
    """A folder of this machine, or a mounted share."""

    kind: Literal["folder"]
    folder: Path


class SftpEntry(_Entry):
    """A folder of an SFTP server, entered with a key or a password (of both: that of the key).

    `known_hosts` names the server's own key.
    """

    kind: Literal["sftp"]
    host: str
    folder: str
    user: str
    key_file: Path | None = None
    password: Secret | None = None
    known_hosts: Path
    port: int = Field(22, ge=1, le=65535)
    timeout_seconds: int = Field(30, ge=1, le=600)

    @model_validator(mode="after")
    def _can_enter(self) -> SftpEntry:
        if self.key_file is None and self.password is None:
            raise ValueError("cần key_file (khóa riêng) hoặc password để đăng nhập")
        return self


class FormEntry(_Strict):
    """A login form: its address and its fields."""

    form: str
    fields: dict[str, str | Secret]


class BasicEntry(_Strict):
    """HTTP basic authentication."""

    user: str
    password: Secret


class TokenEntry(_Strict):
    """A bearer token."""

    token: Secret


class HttpEntry(_Entry):
    """Files at fixed addresses; `ca_file` names the authority of an internal server."""

    kind: Literal["http"]
    urls: tuple[str, ...] = Field(min_length=1)
    login: FormEntry | BasicEntry | TokenEntry | None = None
    ca_file: Path | None = None
    timeout_seconds: float = Field(60.0, gt=0, le=3_600)


class S3Entry(_Entry):
    """Objects below a prefix; a read-only key is enough. `ca_file` as for a web server."""

    kind: Literal["s3"]
    endpoint: str
    bucket: str
    access_key: str
    secret_key: Secret
    prefix: str = ""
    region: str = "us-east-1"
    secure: bool = True
    ca_file: Path | None = None


class MailboxEntry(_Entry):
    """Attachments that named senders sent to an IMAP folder. `ca_file` as for a web server."""

    kind: Literal["mailbox"]
    host: str
    user: str
    password: Secret
    senders: tuple[str, ...] = Field(min_length=1)
    folder: str = "INBOX"
    port: int = Field(993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None


SourceEntry = FolderEntry | SftpEntry | HttpEntry | S3Entry | MailboxEntry


_ENTRY: TypeAdapter[SourceEntry] = TypeAdapter(Annotated[SourceEntry, Field(discriminator="kind")])


class _Sources(_Strict):
    sources: tuple[Any, ...] = ()


def read_sources(file: Path) -> tuple[tuple[SourceEntry, ...], tuple[str, ...]]:
    """The sources of a file that can be used, in its order, and what is wrong with the others, in Vietnamese."""
    if not file.is_file():
        return (), ()
    try:
        listed = _Sources.model_validate(plain_yaml(file.read_text(encoding="utf-8")) or {}).sources
    except ValidationError as error:
        return (), tuple(_problems("", error))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return (), (f"không đọc được danh sách nguồn dữ liệu ({error})",)
    entries: dict[str, SourceEntry] = {}
    problems: list[str] = []
    for number, plain in enumerate(listed):
        try:
            entry = _ENTRY.validate_python(plain)
        except ValidationError as error:
            problems += _problems(f"sources.{number}.", error)
            continue
        if entry.name in entries or entry.name == _FOLDER_OF_EXPORTS:
            whose = " (tên này dành cho thư mục PAR_EXPORTS)" if entry.name == _FOLDER_OF_EXPORTS else ""
            problems.append(
                f"sources.{number}.name: tên nguồn bị trùng: {entry.name}{whose}. Mỗi nguồn cần một tên riêng"
            )
        entries.setdefault(entry.name, entry)
    entries.pop(_FOLDER_OF_EXPORTS, None)
    return tuple(entries.values()), tuple(problems)


def _problems(place: str, error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        where = place + place_of(problem)
        yield f"{where.rstrip('.') or '?'}: {complaint(problem, _OWN_WORDS)}"


_OWN_WORDS = {"string_pattern_mismatch": "tên chỉ gồm chữ thường không dấu, số, gạch nối"}
