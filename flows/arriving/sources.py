"""From the list of sources to sources that can be pulled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.sources import (
    BasicEntry,
    FolderEntry,
    FormEntry,
    HttpEntry,
    MailboxEntry,
    MissingSecret,
    S3Entry,
    Secret,
    SftpEntry,
    SourceEntry,
    TokenEntry,
    read_sources,
)
from connectors.errors import SourceRefused
from connectors.sources import FolderSource, Source


def sources_of(settings: Settings) -> tuple[tuple[SourceEntry, ...], tuple[str, ...]]:
    """All sources of the unit that can be used: the folder of PAR_EXPORTS, then those of the list; and its faults."""
    limit = {"fresh_hours": settings.exports_fresh_hours, "attempts": 2, "wait_seconds": 5}
    plain = {"name": "exports", "kind": "folder", "folder": settings.exports_folder}
    folder = FolderEntry.model_validate(plain | limit)
    listed, problems = read_sources(settings.sources_file)
    # where one installation works for several units, a source that names none would give its rows to each of them
    mine = (settings.unit,) if settings.units_file.is_file() else ("", settings.unit)
    return (folder, *(entry for entry in listed if entry.unit in mine)), problems


def source_of(entry: SourceEntry) -> Source:
    """The source that an entry describes.

    Raises:
        SourceRefused: its secret is missing.
    """
    build: Mapping[type, Callable[[Any], Source]] = {
        FolderEntry: lambda it: FolderSource(it.name, it.folder),
        SftpEntry: _sftp,
        HttpEntry: _http,
        S3Entry: _s3,
        MailboxEntry: _mailbox,
    }
    try:
        return build[type(entry)](entry)
    except MissingSecret as error:
        raise SourceRefused(f"{entry.name}: {error}. Đặt mật khẩu rồi chạy lại.") from error


def _sftp(entry: SftpEntry) -> Source:
    from connectors.sources.sftp import SftpSource

    place = (entry.name, entry.host, entry.folder, entry.user, entry.key_file, entry.known_hosts, entry.port)
    password = entry.password.read() if entry.password else None
    return SftpSource(*place, timeout_seconds=entry.timeout_seconds, password=password)


def _http(entry: HttpEntry) -> Source:
    from connectors.sources.http import BasicLogin, FormLogin, HttpSource, TokenLogin

    login: FormLogin | BasicLogin | TokenLogin | None = None
    if isinstance(entry.login, FormEntry):
        fields = {name: v.read() if isinstance(v, Secret) else v for name, v in entry.login.fields.items()}
        login = FormLogin(entry.login.form, fields)
    elif isinstance(entry.login, BasicEntry):
        login = BasicLogin(entry.login.user, entry.login.password.read())
    elif isinstance(entry.login, TokenEntry):
        login = TokenLogin(entry.login.token.read())
    return HttpSource(entry.name, entry.urls, login, entry.timeout_seconds, _path(entry.ca_file))


def _s3(entry: S3Entry) -> Source:
    from connectors.sources.s3 import S3Source

    place = (entry.name, entry.endpoint, entry.bucket, entry.access_key, entry.secret_key.read())
    ca_file = _path(entry.ca_file)
    return S3Source(*place, prefix=entry.prefix, region=entry.region, secure=entry.secure, ca_file=ca_file)


def _mailbox(entry: MailboxEntry) -> Source:
    from connectors.sources.mailbox import MailboxSource

    login = (entry.name, entry.host, entry.user, entry.password.read(), entry.senders)
    ca_file = _path(entry.ca_file)
    return MailboxSource(*login, folder=entry.folder, port=entry.port, security=entry.security, ca_file=ca_file)


def _path(file: Path | None) -> str | None:
    return str(file) if file else None
