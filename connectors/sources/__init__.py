"""Where exports lie: a source is pulled, never changed."""

from connectors.sources.folder import FolderSource
from connectors.sources.port import Pulled, Source

__all__ = ["FolderSource", "Pulled", "Source"]
