"""A folder as a source: on this machine, or a mounted share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from connectors.errors import ConnectorError, SourceRefused, TryAgain
from connectors.sources.port import NEVER, Known, Pulled, fenced, is_unfinished, shown_name


@dataclass(frozen=True, slots=True)
class FolderSource:
    """All finished files below a folder. Links that lead out of it are not followed.

    Its files have no mark: programs on a share rewrite files and keep their times, and reading them again is cheap.
    """

    name: str
    folder: Path

    @fenced
    def pull(self, _known: Known) -> Iterator[Pulled]:
        """Yield every finished file, sorted by name. A folder that does not exist yet is empty.

        Raises:
            SourceRefused: the folder may not be read, or is a file.
            TryAgain: the share does not answer.
        """
        yield from sorted(self._files(), key=lambda pulled: pulled.name)

    def _files(self) -> Iterator[Pulled]:
        closed: list[OSError] = []
        root = self.folder.resolve()
        for folder, _, names in os.walk(self.folder, onerror=closed.append):
            for path in (Path(folder, name) for name in names):
                shown = shown_name(path.relative_to(self.folder).as_posix())
                if not is_unfinished(shown) and (pulled := self._pulled(shown, path, root)):
                    yield pulled
        for error in closed:
            yield from self._closed_folder(error)

    def _pulled(self, shown: str, path: Path, root: Path) -> Pulled | None:
        """None: it went away, or is a link that leads out. What cannot be looked at says why when it is opened."""
        try:
            if not path.resolve().is_relative_to(root) or not path.is_file():
                return None
            status = path.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return Pulled(shown, _opener(self.name, path), NEVER, 0)
        return Pulled(shown, _opener(self.name, path), _utc(status.st_mtime), status.st_size)

    def _closed_folder(self, error: OSError) -> Iterator[Pulled]:
        """A folder inside that cannot be listed is told like a file; the folder itself is the source's fault."""
        folder = Path(os.fsdecode(error.filename))
        if folder == self.folder and isinstance(error, FileNotFoundError):
            return
        if folder == self.folder:
            raise _fault(self.name, folder, error)
        shown = shown_name(folder.relative_to(self.folder).as_posix())
        if not is_unfinished(shown):
            yield Pulled(f"{shown}/", _opener(self.name, folder), NEVER, 0)


def _fault(source: str, path: Path, error: OSError) -> ConnectorError:
    shown = shown_name(str(path))
    if isinstance(error, PermissionError):
        return SourceRefused(f"{source}: không có quyền đọc {shown}. Hãy cấp quyền đọc.")
    if isinstance(error, NotADirectoryError):
        return SourceRefused(f"{source}: {shown} là tệp, cần một thư mục.")
    return TryAgain(f"{source}: {shown} không trả lời ({error.strerror}).")


def _opener(source: str, path: Path) -> Callable[[], BinaryIO]:
    def open_file() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise _fault(source, path, error) from error

    return open_file


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
