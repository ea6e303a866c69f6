"""How a vendor's file becomes rows: `read_export(path)` gives an `Export`, whatever the file is."""

from connectors.exports.explaining import Explanation, explain_export
from connectors.exports.reading import read_export, read_export_here
from connectors.exports.rows import Export, Rejected, Row

__all__ = ["Explanation", "Export", "Rejected", "Row", "explain_export", "read_export", "read_export_here"]
