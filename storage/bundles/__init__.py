"""Evidence bundles: one zip that proves itself offline. See README.md."""

from storage.bundles.contents import BundleContents, BundledExport, BundledFile, BundleReport, CannotBundle, LogProof
from storage.bundles.verify import Verification, verify_bundle
from storage.bundles.writing import write_bundle

__all__ = [
    "BundleContents",
    "BundleReport",
    "BundledExport",
    "BundledFile",
    "CannotBundle",
    "LogProof",
    "Verification",
    "verify_bundle",
    "write_bundle",
]
