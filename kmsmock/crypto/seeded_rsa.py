"""RSA keys from random bytes that the caller gives: the same bytes make the same key.

`cryptography` takes the randomness of RSA keys from the system. This is FIPS 186-5, A.1.3 (random
probable primes), in Python: slower by about ten, and for tests alone.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import rsa

from .keys import private_der

if TYPE_CHECKING:
    from collections.abc import Callable

_PUBLIC_EXPONENT: Final = 65537
_SIEVED: Final = 2000
_ROUNDS: Final = 5
"""Of Miller and Rabin's test: FIPS 186-5, table B.1, for primes of 1024 bits and more."""


def generate(bits: int, random_bytes: Callable[[int], bytes]) -> bytes:
    """Make an RSA key of `bits` bits with public exponent 65537; return PKCS#8 DER.

    Takes from tenths of a second (2048) to seconds (4096). `bits` is a multiple of 16.
    """
    first, second = _prime(bits // 2, random_bytes), _prime(bits // 2, random_bytes)
    # Too near to each other (A.1.3, step 5.4) has a chance of 2**-100, and would be found
    # by nobody's test.
    p, q = max(first, second), min(first, second)
    d = rsa.rsa_recover_private_exponent(_PUBLIC_EXPONENT, p, q)
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(_PUBLIC_EXPONENT, p * q),
    )
    return private_der(numbers.private_key(unsafe_skip_rsa_key_validation=True))


def _prime(bits: int, random_bytes: Callable[[int], bytes]) -> int:
    """Find a prime whose two highest bits are set, so that a product of two has all its bits."""
    while True:
        number = int.from_bytes(random_bytes(bits // 8), "big") | 3 << (bits - 2) | 1
        if (number - 1) % _PUBLIC_EXPONENT and _is_prime(number, random_bytes):
            return number


def _is_prime(number: int, random_bytes: Callable[[int], bytes]) -> bool:
    if math.gcd(number, _small_primes()) != 1 or pow(2, number - 1, number) != 1:
        return False
    length = (number.bit_length() + 7) // 8
    bases = (int.from_bytes(random_bytes(length), "big") for _ in range(_ROUNDS))
    return all(_passes(number, 2 + base % (number - 3)) for base in bases)


def _passes(number: int, base: int) -> bool:
    """Ask Miller and Rabin's test: FIPS 186-5, B.3.1."""
    halvings = ((number - 1) & (1 - number)).bit_length() - 1
    power = pow(base, (number - 1) >> halvings, number)
    if power in (1, number - 1):
        return True
    for _ in range(halvings - 1):
        power = pow(power, 2, number)
        if power == number - 1:
            return True
    return False


@cache
def _small_primes() -> int:
    """Give the product of the small primes."""
    return math.prod(n for n in range(3, _SIEVED, 2) if all(n % d for d in range(3, n, 2)))
