"""Errors of signature checking: they mean "could not judge"; a bad signature is a verdict, not an error.

SignatureError
└── BadTrustStore   a trust folder holds something unusable: mend it and run again
"""

from __future__ import annotations

from ocr.errors import OcrError


class BadTrustStore(OcrError):
    """The trust folder holds files that cannot be used. The message lists each, in Vietnamese."""
