"""Where exports lie: a source is pulled, never changed. Servers: `.sftp`, `.http`, `.s3`, `.mailbox`."""

from connectors.sources.folder import FolderSource
from connectors.sources.port import Pulled, Source

__all__ = ["FolderSource", "Pulled", "Source"]
