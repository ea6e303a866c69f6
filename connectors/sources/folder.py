"""A folder as a source: on this machine, or a mounted share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import Pulled, is_unfinished


@dataclass(frozen=True, slots=True)
class FolderSource:
    """All finished files below a folder. Links that lead out of it are not followed."""

    name: str
    folder: Path

    def pull(self) -> Iterator[Pulled]:
        """Yield every finished file, sorted by name. A folder that does not exist yet is empty.

        Raises:
            SourceRefused: the folder may not be read, or is a file.
            TryAgain: the share does not answer.
        """
        yield from sorted(self._files(), key=lambda pulled: pulled.name)

    def _files(self) -> Iterator[Pulled]:
        if self.folder.exists() and not self.folder.is_dir():
            raise SourceRefused(f"{self.name}: {self.folder} là tệp, cần một thư mục.")
        root = self.folder.resolve()
        for path in self._paths():
            name = unicodedata.normalize("NFC", path.relative_to(self.folder).as_posix())
            if not is_unfinished(name) and path.resolve().is_relative_to(root):
                status = path.stat()
                yield Pulled(name, _opener(self.name, path), _utc(status.st_mtime), status.st_size)

    def _paths(self) -> list[Path]:
        try:
            return [path for path in self.folder.rglob("*") if path.is_file()]
        except PermissionError as error:
            raise SourceRefused(f"{self.name}: không có quyền đọc {self.folder}. Hãy cấp quyền đọc.") from error
        except OSError as error:
            raise TryAgain(f"{self.name}: thư mục {self.folder} không trả lời ({error.strerror}).") from error


def _opener(source: str, path: Path) -> Callable[[], BinaryIO]:
    def open_file() -> BinaryIO:
        try:
            return path.open("rb")
        except PermissionError as error:
            raise SourceRefused(f"{source}: không có quyền đọc {path}. Hãy cấp quyền đọc.") from error
        except OSError as error:
            raise TryAgain(f"{source}: không mở được {path} ({error.strerror}).") from error

    return open_file


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
