"""Where exports lie: a source is pulled, never changed. Servers are in `connectors.sources.sftp` and `.http`."""

from connectors.sources.folder import FolderSource
from connectors.sources.port import Pulled, Source

__all__ = ["FolderSource", "Pulled", "Source"]
