"""Masked CRC32C, of one string of bytes and of many rows of equal length at once."""

from __future__ import annotations

import google_crc32c
import numpy as np
from numpy.typing import NDArray

Checksums = NDArray[np.uint32]

_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


def masked(data: bytes) -> int:
    """The checksum of `data` as the TFRecord format stores it."""
    return mask(google_crc32c.value(data))


def mask(crc: int) -> int:
    """A plain CRC32C as the TFRecord format stores it."""
    return (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF


def unmasked(stored: Checksums) -> Checksums:
    """The plain CRC32C of stored ones."""
    crc = stored - np.uint32(_MASK)
    return (crc << np.uint32(15)) | (crc >> np.uint32(17))


class _Columns:
    """What one byte contributes to a checksum, by its distance from the end.

    CRC is affine over GF(2): the checksum of a row is that of the row with some bytes zeroed, xor
    the contribution of each of those bytes. So of rows that differ in a few columns only those
    columns have to be looked up.
    """

    def __init__(self) -> None:
        crc = np.arange(256, dtype=np.uint32)
        for _ in range(8):
            crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(_POLYNOMIAL), crc >> 1)
        self._tables: list[Checksums] = [crc.astype(np.uint32)]

    def at(self, distance: int) -> Checksums:
        """Contribution by byte value, uint32, shape (256,); distance 0 is the last byte."""
        first = self._tables[0]
        while len(self._tables) <= distance:
            last = self._tables[-1]
            self._tables.append(first[last & 0xFF] ^ (last >> np.uint32(8)))
        return self._tables[distance]


COLUMNS = _Columns()


def of_lengths(lengths: NDArray[np.int64]) -> Checksums:
    """The masked checksums of lengths, each as the 8 bytes of its header; uint32, shape (n,)."""
    words = lengths.astype("<u8").view(np.uint8).reshape(-1, 8)
    crc = np.full(len(words), google_crc32c.value(bytes(8)), np.uint32)
    # A byte of zero contributes nothing, and the upper ones are zero nearly always.
    used = (int(lengths.max(initial=0)).bit_length() + 7) // 8
    for column in range(used):
        crc ^= COLUMNS.at(7 - column).take(words[:, column])
    return ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(_MASK)
