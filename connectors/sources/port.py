"""What every source offers, whatever lies behind it, and the fence around each: nothing it does stops a night."""

from __future__ import annotations

import contextlib
import shutil
import ssl
import tempfile
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol, TypeVar, cast, runtime_checkable

from connectors.errors import ConnectorError, SourceRefused, TryAgain

LOCK_PREFIXES = ("~$", ".", "._")
UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".lock", ".download", ".swp")
IN_MEMORY_BYTES = 8 << 20
NEVER = datetime.fromtimestamp(0, UTC)
"""The last change of a file whose source does not say when it was."""

Known = Mapping[str, str]
"""Name -> mark of files that were fetched and imported before."""
NOTHING_KNOWN: Known = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pulled:
    """One file of a source. `name` is relative to the source, with "/" between folders.

    `open` gives its bytes; it raises `TryAgain` or `SourceRefused` when the source does not. `mark` tells this version
    of the file from any other before it is opened (empty: nothing does).
    """

    name: str
    open: Callable[[], BinaryIO]
    modified_at: datetime
    size: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that still has the mark it is known by: it was not fetched again."""

    name: str


@runtime_checkable
class Source(Protocol):
    """A place where exports lie. Pulling never changes it."""

    @property
    def name(self) -> str:
        """How the source is called in settings, letters and the custody log."""

    def pull(self, known: Known = NOTHING_KNOWN) -> Iterator[Pulled | Unchanged]:
        """Yield every finished file, sorted by name. What one file or mail does wrong is told when that is opened.

        Raises:
            TryAgain: the source does not answer now.
            SourceRefused: it does, and refuses.
        """


S = TypeVar("S", bound=Source)
Pull = Callable[[S, Known], Iterator[Pulled | Unchanged]]


def fenced(pull: Pull[S]) -> Callable[..., Iterator[Pulled | Unchanged]]:
    """A pull of which everything that goes wrong, also while a file is opened, is a typed fault of the source."""

    @wraps(pull)
    def inside(self: S, known: Known = NOTHING_KNOWN) -> Iterator[Pulled | Unchanged]:
        with faults_of(self.name):
            for item in pull(self, known):
                yield item if isinstance(item, Unchanged) else replace(item, open=_fenced(self.name, item.open))

    return inside


def _fenced(source: str, open_file: Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
    def inside() -> BinaryIO:
        with faults_of(source):
            return open_file()

    return inside


@contextlib.contextmanager
def faults_of(source: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into a fault of this source, typed by what to do next, told in Vietnamese.

    The sentence names the kind of a fault that nobody foresaw, never its words: passwords may stand in them.
    """
    try:
        yield
    except ConnectorError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise SourceRefused(f"{source}: {distrusted(error)}") from error
    except (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError) as error:
        where = f" {_printable(str(error.filename))}" if error.filename else ""
        raise SourceRefused(f"{source}: không đọc được{where} ({error.strerror}). Kiểm tra cấu hình, quyền.") from error
    except OSError as error:
        raise TryAgain(f"{source}: không trả lời ({error.strerror or type(error).__name__}).") from error
    except Exception as error:  # the law: one bad source never stops a night
        seen = f"{type(error).__name__}, {_where(error)}"
        raise SourceRefused(
            f"{source}: nguồn trả lời hoặc được khai báo theo cách chưa lường trước ({seen})."
            " Kiểm tra khai báo của nguồn; nếu vẫn còn, báo người phụ trách phần mềm."
        ) from error


def distrusted(error: BaseException | None) -> str:
    """What to say where a server could not be asked because nobody here vouches for its certificate; else ""."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return ""
    return f"chứng thư của máy chủ không được tin cậy ({error.verify_message}). Kiểm tra địa chỉ và ca_file."


def trust_of(source: str, ca_file: str | None) -> ssl.SSLContext:
    """Whom a source's server has to be vouched for by: this machine's authorities, or the one of an internal server.

    Raises:
        SourceRefused: there is no such file, or no certificate in it.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SourceRefused(f"{source}: không dùng được ca_file {ca_file} ({error.strerror or error}).") from error


def refusing(error: ConnectorError) -> Callable[[], BinaryIO]:
    """What opens a file that is known to be there and cannot be had."""

    def open_nothing() -> Any:
        raise error

    return open_nothing


def spool() -> BinaryIO:
    """Room for a file on its way: in memory while it is small, on this machine's disk otherwise."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES))


def copies_of(fetched: BinaryIO) -> Callable[[], BinaryIO]:
    """What opens a file that was fetched whole, as often as it is asked to."""

    def open_file() -> BinaryIO:
        copy = spool()
        fetched.seek(0)
        shutil.copyfileobj(fetched, copy)
        copy.seek(0)
        return copy

    return open_file


def shown_name(name: str) -> str:
    """A file name as people can read and databases can keep it.

    Names that are no UTF-8 come from Windows shares and old programs: they are read as cp1258, their Vietnamese page.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("cp1258", "replace")
    return _printable(unicodedata.normalize("NFC", name))


def is_unfinished(name: str) -> bool:
    """Whether a file name is that of a lock, a hidden file or a download in progress."""
    parts = name.split("/")
    return any(part.startswith(LOCK_PREFIXES) for part in parts) or parts[-1].lower().endswith(UNFINISHED_SUFFIXES)


def _printable(text: str) -> str:
    return "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text)


def _where(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(last.filename).name}:{last.lineno}"
