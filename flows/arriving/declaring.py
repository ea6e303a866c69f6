"""Declared values from the page: written as a sheet of the known layout, kept, then read like any other export."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.refusals import WrongUse
from connectors.errors import ConnectorError
from connectors.exports import read_export
from flows.arriving.intake import layouts_version
from flows.resources import Resources
from storage.browsing import declared_fields
from storage.database.types import canonical
from storage.documents.evidence import record_object
from storage.records.imports import Arrival, record_export

_HEADERS = ("Mã TCTP", "Mã chỉ tiêu", "Tên chỉ tiêu", "Giá trị", "Đơn vị cung cấp", "Nguồn số liệu",
            "Tài liệu kiểm chứng", "Mục", "Trang", "Giải trình")  # fmt: skip


class EditedMeanwhile(Exception):
    """Somebody else changed these values since the form was opened; nothing was recorded."""


class BadDeclaration(WrongUse, ValueError):
    """A value cannot be read; the message says which, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a person declares for one component: text by key; `version` is that of the form they filled in."""

    component: str
    values: Mapping[str, str]
    labels: Mapping[str, str]
    owner: str
    source: str
    evidence: str
    explanation: str
    year: int
    version: str
    who: str
    where: str
    at: datetime


def declared_now(resources: Resources, component: str, year: int) -> tuple[dict[str, dict[str, Any]], str]:
    """What is declared for a component in a year, by key, and the version of it all."""
    with resources.database.read() as connection:
        found = declared_fields(connection, resources.settings.unit, component, year)
    return found, _version(found)


def declare(resources: Resources, said: Declaration) -> None:
    """Record declared values; the same values again change nothing.

    Raises:
        EditedMeanwhile: somebody else was faster.
        BadDeclaration: a value cannot be read.
    """
    kept = resources.store.put(io.BytesIO(_sheet(said)))
    name = f"khai-bao-{said.year}-{said.component}-{said.at:%Y%m%d-%H%M%S}.csv"
    try:
        with resources.store.local(kept.sha256) as path:
            export = read_export(path, name=name, profile="khai-bao-so-lieu")
    except ConnectorError as error:
        raise BadDeclaration(str(error)) from error
    if export.rejected:
        raise BadDeclaration("\n".join(row.reason for row in export.rejected))
    unit = resources.settings.unit
    arrival = Arrival(unit, name, kept.sha256, said.who, said.where, said.at, layouts_version(resources.settings))
    with resources.database.write() as connection:
        if _version(declared_fields(connection, unit, said.component, said.year)) != said.version:
            raise EditedMeanwhile
        record_object(connection, kept, who=said.who, where=said.where, at=said.at)
        record_export(connection, arrival, replace(export, exported_at=said.at))


def _sheet(said: Declaration) -> bytes:
    """The rows as CSV; a leading line names the moment, so that the same values said again are new bytes."""
    out = io.StringIO()
    out.write(f"Khai báo số liệu năm {said.year}, mục {said.component}, {said.at:%d/%m/%Y %H:%M:%S.%f}, {said.who}\n")
    rows = csv.writer(out)
    rows.writerow(_HEADERS)
    for key, value in said.values.items():
        label = said.labels.get(key, key)
        about = (said.owner, said.source, said.evidence, "", "", said.explanation)
        rows.writerow((said.component, key, label, value, *map(_one_line, about)))
    return out.getvalue().encode("utf-8-sig")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _version(found: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(dict(found)).encode()).hexdigest()[:24]
