"""RSA keys from a seed: the same seed and name always give the same key. For synthetic samples and tests only."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import rsa

_PUBLIC_EXPONENT = 65537
_SIEVE_LIMIT = 1 << 16
_SPAN = 1 << 14
_ROUNDS = 12


@functools.cache
def seeded_rsa_key(seed: int, name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The RSA key of `bits` bits that belongs to this seed and name; about 0.3 s the first time, kept in memory."""
    p = _prime(f"parindex-test-key/{seed}/{name}/p", bits // 2)
    q = _prime(f"parindex-test-key/{seed}/{name}/q", bits // 2)
    d = pow(_PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(_PUBLIC_EXPONENT, p * q),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _prime(label: str, bits: int) -> int:
    """The first prime at or above a number drawn from the label, with its two top bits set."""
    start = _drawn(label, bits) | (3 << (bits - 2)) | 1
    for candidate in _sieved(start):
        if (candidate - 1) % _PUBLIC_EXPONENT and _is_prime(candidate):
            return candidate
    raise AssertionError("a span without a prime")  # primes of this size are about 700 apart


def _drawn(label: str, bits: int) -> int:
    return int.from_bytes(hashlib.shake_256(label.encode()).digest(bits // 8), "big")


def _sieved(start: int) -> Iterator[int]:
    """Odd numbers from `start` on that no small prime divides."""
    composite = bytearray(_SPAN)
    for prime in _small_primes():
        first = (-start * pow(2, -1, prime)) % prime  # start + 2 * first is divisible by prime
        composite[first::prime] = b"\x01" * len(range(first, _SPAN, prime))
    return (start + 2 * step for step in range(_SPAN) if not composite[step])


@functools.cache
def _small_primes() -> tuple[int, ...]:
    odd = bytearray([1]) * _SIEVE_LIMIT
    for n in range(3, int(_SIEVE_LIMIT**0.5) + 1, 2):
        if odd[n]:
            odd[n * n :: 2 * n] = bytes(len(range(n * n, _SIEVE_LIMIT, 2 * n)))
    return tuple(n for n in range(3, _SIEVE_LIMIT, 2) if odd[n])


def _is_prime(n: int) -> bool:
    """Miller-Rabin with fixed bases; `n` is odd and large."""
    twos = ((n - 1) & (1 - n)).bit_length() - 1
    odd_part = (n - 1) >> twos
    return all(_passes(n, base, odd_part, twos) for base in _small_primes()[:_ROUNDS])


def _passes(n: int, base: int, odd_part: int, twos: int) -> bool:
    x = pow(base, odd_part, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False
