"""Which checks read a document: answers of another version are asked for again."""

CHECKER_VERSION = "documents-13"
"""Version of all checks: sidecars are kept by (sha256, CHECKER_VERSION). Raised with each change of answers."""
