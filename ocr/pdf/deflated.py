"""Do deflated data end as they should? Readers show what they could unpack of cut data, and say nothing of the rest."""

from __future__ import annotations

import zlib

MOST_UNPACKED = 200 << 20
"""Bytes that are unpacked; longer data are taken for sound."""
_PIECE = 1 << 20


def ends_soundly(data: bytes) -> bool:
    """The data unpack without a fault up to their end."""
    unpacking, unpacked = zlib.decompressobj(), 0
    try:
        while data and not unpacking.eof and unpacked < MOST_UNPACKED:
            unpacked += len(unpacking.decompress(data, _PIECE))
            data = unpacking.unconsumed_tail
    except zlib.error:
        return False
    return unpacking.eof or unpacked >= MOST_UNPACKED
