"""SM2 from the equations of GB/T 32918, for tests: plain arithmetic, on no library's account.

`cryptography` gives the hash SM3 and the DER of signatures, nothing more.
"""

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import utils

# GB/T 32918.5: the curve y^2 = x^3 - 3x + B over P, its base point and order.
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

CURVE_OID = bytes.fromhex("06082a811ccf5501822d")
SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d0201") + CURVE_OID + bytes.fromhex("034200")
PKCS8_PREFIX = bytes.fromhex("308187020100301306072a8648ce3d0201") + CURVE_OID
EC_PRIVATE_KEY = bytes.fromhex("046d306b0201010420")
PUBLIC_INSIDE = bytes.fromhex("a144034200")


def is_key(der):
    return CURVE_OID in der[:40]


def point_of(spki):
    assert spki.startswith(SPKI_PREFIX + b"\x04")
    return int.from_bytes(spki[-64:-32], "big"), int.from_bytes(spki[-32:], "big")


def scalar_of(pkcs8):
    assert pkcs8.startswith(PKCS8_PREFIX + EC_PRIVATE_KEY)
    start = len(PKCS8_PREFIX + EC_PRIVATE_KEY)
    return int.from_bytes(pkcs8[start : start + 32], "big")


def public_of(pkcs8):
    return SPKI_PREFIX + encoded(times(scalar_of(pkcs8), G))


def key_pair():
    scalar = secrets.randbelow(N - 2) + 1
    point = encoded(times(scalar, G))
    pkcs8 = PKCS8_PREFIX + EC_PRIVATE_KEY + scalar.to_bytes(32, "big") + PUBLIC_INSIDE + point
    return pkcs8, SPKI_PREFIX + point


def digest(spki, message, signer=b"1234567812345678"):
    """The hash that is signed: of the signer's id, the curve, the key and the message."""
    curve = b"".join(value.to_bytes(32, "big") for value in (P - 3, B, *G))
    entity = (8 * len(signer)).to_bytes(2, "big") + signer + curve + encoded(point_of(spki))[1:]
    return sm3(sm3(entity) + message)


def sign(pkcs8, message):
    e = int.from_bytes(digest(public_of(pkcs8), message), "big")
    d, k = scalar_of(pkcs8), secrets.randbelow(N - 1) + 1
    r = (e + times(k, G)[0]) % N
    return utils.encode_dss_signature(r, pow(1 + d, -1, N) * (k - r * d) % N)


def verify(spki, message, signature):
    e = int.from_bytes(digest(spki, message), "big")
    r, s = utils.decode_dss_signature(signature)
    point = plus(times(s, G), times((r + s) % N, point_of(spki)))
    if not (0 < r < N and 0 < s < N and (e + point[0]) % N == r):
        raise InvalidSignature


def encrypt(spki, plaintext):
    k = secrets.randbelow(N - 1) + 1
    x, y = times(k, point_of(spki))
    masked = masked_with(x, y, plaintext)
    check = sm3(x.to_bytes(32, "big") + plaintext + y.to_bytes(32, "big"))
    c1 = b"".join(der(0x02, integer(value)) for value in times(k, G))
    return der(0x30, c1 + der(0x04, check) + der(0x04, masked))


def decrypt(pkcs8, ciphertext):
    x1, y1, check, masked = parts(ciphertext)
    point = int.from_bytes(x1, "big"), int.from_bytes(y1, "big")
    x, y = times(scalar_of(pkcs8), point)
    plaintext = masked_with(x, y, masked)
    assert check == sm3(x.to_bytes(32, "big") + plaintext + y.to_bytes(32, "big"))
    return plaintext


def shared_secret(pkcs8, peer):
    return times(scalar_of(pkcs8), point_of(peer))[0].to_bytes(32, "big")


def masked_with(x, y, data):
    seed, mask, counter = x.to_bytes(32, "big") + y.to_bytes(32, "big"), b"", 1
    while len(mask) < len(data):
        mask += sm3(seed + counter.to_bytes(4, "big"))
        counter += 1
    return bytes(one ^ other for one, other in zip(data, mask, strict=False))


def sm3(data):
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


def encoded(point):
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def plus(one, other):
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    rise, run = (3 * x1 * x1 - 3, 2 * y1) if one == other else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, P) % P
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(scalar, point):
    result = None
    for bit in f"{scalar:b}":
        result = plus(result, result)
        if bit == "1":
            result = plus(result, point)
    return result


def integer(value):
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def der(tag, content):
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def parts(sequence):
    """The contents of the members of a DER sequence."""
    _tag, rest, _after = member(sequence)
    found = []
    while rest:
        _tag, content, rest = member(rest)
        found.append(content)
    return found


def member(data):
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    return data[0], data[start : start + length], data[start + length :]
