"""Taking in what lies outside: exports from their sources, documents from the inbox. Bytes first, then meaning."""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from config.export_profiles import FOLDER
from config.opening import why_not_opened
from config.refusals import Refusal
from config.settings import Settings
from connectors.errors import ConnectorError, TryAgain, UnknownLayout, Unreadable
from connectors.exports import Export, read_export
from connectors.exports.formats.sameness import source_of_reader
from connectors.exports.reading import SaidAgain, read_unless_known
from connectors.exports.reconciling import Form
from connectors.exports.rows import OtherTable
from flows.arriving.due_checks import with_due_checks
from flows.arriving.forms import form_or_none, keep_form
from flows.arriving.inbox import inbox_files
from flows.arriving.other_tables import Keeper, keep_others
from flows.arriving.pulling import Fresh, Puller, pull_all, pull_woken
from flows.resources import Resources, open_resources
from scoring.engine.period import VIETNAM
from storage.documents.evidence import Upload, receipts_of, record_object, record_upload
from storage.objects import Kept
from storage.objects.port import digest_of
from storage.proof.custody import UNREACHABLE, Happening, append
from storage.records.imports import Arrival, record_export, record_rejected_export
from storage.records.repeats import Repeat, record_repeat, repeatable, still_rests

Said = Export | Form | Repeat | ConnectorError
"""What a file of the night brings; `Repeat`: the very rows of the last import."""
_AT_A_TIME = 256
"""Documents to one batch of puts and one transaction: their syncs are shared."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings something, from where, at which moment."""

    who: str
    where: str
    at: datetime


def pull_exports(resources: Resources, sender: Sender) -> int:
    """Import every export of all sources that is new by content; how many were new."""
    fresh = pull_all(resources, Puller(sender.who, sender.at, layouts_version(resources.settings)))
    import_kept(resources, fresh, sender)
    return len(fresh)


def pull_open_windows(settings: Settings, now: datetime) -> dict[str, int]:
    """For config/chores.yaml: import from sources that no night meets, because they are open at other hours."""
    with open_resources(settings) as resources:
        puller = Puller("parindex", now, layouts_version(settings))
        fresh = pull_woken(resources, puller)
        import_kept(resources, fresh, Sender("parindex", "exports", now))
    return {"new_exports": len(fresh)}


def import_kept(resources: Resources, arrivals: list[Fresh], sender: Sender, *, said_year: int | None = None) -> None:
    """Import exports that lie in the store, in an order that their content alone decides.

    `said_year`: the year that a person named for them.
    """
    repeat = repeatable_now(resources, sender.at)
    with tempfile.TemporaryDirectory(prefix="parindex-") as folder:
        read = [
            _laid_aside(found, _read(resources, found, repeat), Path(folder) / str(n))
            for n, found in enumerate(arrivals)
        ]
        for found, said in sorted(zip(arrivals, read, strict=True), key=lambda it: (it[1].turn, it[0].kept.sha256)):
            told = import_others(resources, found, said.others, sender, said_year)
            _record(resources, found, _telling(said.taken(), told), sender, said_year)


def import_others(
    resources: Resources, found: Fresh, others: tuple[OtherTable, ...], sender: Sender, said_year: int | None
) -> tuple[str, ...]:
    """Import the other tables of a file, before it: one that is recorded is never read again. Tells what cannot be."""
    if not others:
        return ()
    keeper = Keeper(sender.who, found.source, sender.at, layouts_version(resources.settings))
    fresh, told = keep_others(resources, found, others, keeper)
    import_kept(resources, fresh, sender, said_year=said_year)
    return told


def _telling(said: Said, told: tuple[str, ...]) -> Said:
    return replace(said, warnings=(*said.warnings, *told)) if isinstance(said, Export) else said


def take_documents(resources: Resources, sender: Sender) -> int:
    """Keep every document of the unit's inbox; the originals stay where they are. How many receipts were new."""
    known: dict[str, set[str]] = {}
    with resources.database.read() as connection:
        for row in receipts_of(connection, resources.settings.unit):
            known.setdefault(row["path"], set()).add(row["sha256"])
    fresh = (found for found in inbox_files(resources.settings) if not _unchanged(found, known))
    new = 0
    while batch := list(islice(fresh, _AT_A_TIME)):
        kept = resources.store.put_all(partial(_opened, path) for path, _ in batch)
        new += _record_documents(resources, [name for _, name in batch], list(kept), sender)
    return new


def keep_document(resources: Resources, path: Path, name: str, sender: Sender) -> bool:
    """Keep one document's bytes, then record its receipt; whether anything was new."""
    with path.open("rb") as stream:
        kept = resources.store.put(stream)
    upload = Upload(resources.settings.unit, name, sender.who, sender.where, sender.at)
    with resources.database.write() as connection:
        return record_upload(connection, kept, upload)


def _unchanged(found: tuple[Path, str], known: Mapping[str, set[str]]) -> bool:
    """Whether this content was received under this name before; a new name is hashed while it is kept."""
    path, name = found
    try:
        return name in known and _digest(path) in known[name]
    except OSError:
        return False


def _record_documents(resources: Resources, names: list[str], kept: list[Kept | OSError], sender: Sender) -> int:
    """Record what was kept in one transaction, and what could not be opened; how many receipts were new."""
    new = 0
    with resources.database.write() as connection:
        for name, answer in zip(names, kept, strict=True):
            if isinstance(answer, OSError):
                append(connection, [_unreachable(name, why_not_opened(answer), sender)], at=sender.at)
            else:
                upload = Upload(resources.settings.unit, name, sender.who, sender.where, sender.at)
                new += record_upload(connection, answer, upload)
    return new


def _unreachable(name: str, reason: str, sender: Sender) -> Happening:
    return Happening(UNREACHABLE, name, sender.who, sender.where, {"reason": reason})


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of(stream)[0]


def layouts_version(settings: Settings) -> str:
    """Names the reader and the profiles of this installation: a rejected file is tried again when they change."""
    hasher = hashlib.sha256(source_of_reader().encode())
    for folder in (FOLDER, settings.profiles_folder):
        for path in sorted(folder.glob("*.yaml")):
            hasher.update(path.read_bytes())
    return hasher.hexdigest()[:16]


def repeatable_now(resources: Resources, at: datetime) -> Repeat | None:
    """The import whose content changes nothing if a file brings it at this moment."""
    with resources.database.read() as connection:
        return repeatable(connection, resources.settings.unit, layouts_version(resources.settings), at)


def _read(resources: Resources, found: Fresh, repeat: Repeat | None) -> Said:
    own = resources.settings.profiles_folder
    with resources.store.local(found.kept.sha256) as path:
        try:
            if repeat is None:
                return read_export(path, name=found.name, own=own)
            told = read_unless_known(path, repeat.content, name=found.name, own=own, rows=repeat.rows)
            return repeat.again(told) if isinstance(told, SaidAgain) else told
        except UnknownLayout as error:
            return _form_or(error, path, found.name)
        except ConnectorError as error:
            return error
        except Refusal:
            raise
        except Exception as error:  # noqa: BLE001 - the law: one bad file never stops a night
            return _unforeseen(found, "đọc", error)


def _read_anew(resources: Resources, found: Fresh, said: Export) -> Said:
    """All rows of an export of which not all had been read, with what had been told of it."""
    anew = _read(resources, found, None)
    known = anew.warnings if isinstance(anew, Export) else ()
    return _telling(anew, tuple(warning for warning in said.warnings if warning not in known))


def _form_or(unknown: UnknownLayout, path: Path, name: str) -> Form | ConnectorError:
    try:
        return form_or_none(path, name) or unknown
    except ConnectorError:
        return unknown


def _unforeseen(found: Fresh, deed: str, error: Exception) -> Unreadable:
    """What is told of a file that a fault of the program itself keeps out."""
    return Unreadable(
        f"{found.name}: chương trình gặp lỗi chưa lường trước khi {deed} tệp này ({type(error).__name__})."
        " Tệp vẫn được giữ; hãy mở bằng Excel, chép bảng sang tệp mới rồi nộp lại, và báo người phụ trách phần mềm."
    )


@dataclass(frozen=True, slots=True)
class _Aside:
    """What a file says, kept in a file of its own until its turn: one export of a night is in memory at a time."""

    turn: tuple[bool, str, str]
    path: Path
    others: tuple[OtherTable, ...]

    def taken(self) -> Said:
        with self.path.open("rb") as stream:
            said: Said = pickle.load(stream)
        self.path.unlink()
        return said


def _laid_aside(found: Fresh, said: Said, path: Path) -> _Aside:
    with path.open("wb") as stream:
        pickle.dump(said, stream, pickle.HIGHEST_PROTOCOL)
    return _Aside(_turn(found, said), path, said.others if isinstance(said, Export) else ())


def _turn(found: Fresh, said: Said) -> tuple[bool, str, str]:
    """Exports by their time, else by their files'; forms after them, because they are compared with the dossiers."""
    moment = said.exported_at if isinstance(said, Export | Repeat) else None
    changed = found.modified_at.isoformat() if found.modified_at else ""
    return isinstance(said, Form), moment.isoformat() if moment else "", changed


def _record(resources: Resources, found: Fresh, said: Said, sender: Sender, said_year: int | None) -> None:
    """Record what a file says; one that cannot be recorded is rejected with the reason, and the others go on."""
    whose = (resources.settings.unit, found.name, found.kept.sha256, sender.who, found.source)
    reader, year = layouts_version(resources.settings), resources.settings.year
    arrival = Arrival(*whose, sender.at, reader, found.source, year, said_year, found.modified_at, found.stood_at)
    with resources.database.write() as connection:
        record_object(connection, found.kept, who=sender.who, where=found.source, at=sender.at)
    if found.stood_at is not None:
        said = _telling(said, (told_again(found.stood_at),))
    try:
        _record_said(resources, arrival, found, said)
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - the law: one bad file never stops a night
        with resources.database.write() as connection:
            record_rejected_export(connection, arrival, str(_unforeseen(found, "ghi", error)))


def told_again(stood_at: datetime) -> str:
    """What an import says that was read of a file handed in before."""
    return f"đọc lại từ tệp nộp lúc {stood_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _record_said(resources: Resources, arrival: Arrival, found: Fresh, said: Said) -> None:
    with resources.database.write() as connection:
        if isinstance(said, Repeat) and record_repeat(connection, arrival, said) is None:
            said = _read(resources, found, None)
        if isinstance(said, Export) and not still_rests(connection, arrival, said):
            said = _read_anew(resources, found, said)
        if isinstance(said, Export):
            record_export(connection, arrival, with_due_checks(said, resources.settings))
        elif not isinstance(said, TryAgain | Form | Repeat):
            record_rejected_export(connection, arrival, str(said))
    if isinstance(said, Form):
        keep_form(resources, arrival, said)
