"""Where exports lie: a source is pulled, never changed. Servers: `.sftp`, `.http`, `.s3`, `.mailbox`."""

from connectors.sources.folder import FolderSource
from connectors.sources.port import Known, Pulled, Source, Unchanged, faults_of, shown_name

__all__ = ["FolderSource", "Known", "Pulled", "Source", "Unchanged", "faults_of", "shown_name"]
