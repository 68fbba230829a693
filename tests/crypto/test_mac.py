"""HMAC, by the vectors of RFC 4231."""

import hmac

import pytest

from kmsmock.crypto import mac
from kmsmock.crypto.exceptions import InvalidSignature

# RFC 4231, test cases 1 and 2: key, data, then one MAC each.
HI_THERE = {
    "HMAC_SHA_224": "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
    "HMAC_SHA_256": "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "HMAC_SHA_384": "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
    "faea9ea9076ede7f4af152e8b2fa9cb6",
    "HMAC_SHA_512": "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
    "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
}

algorithms = pytest.mark.parametrize("algorithm", HI_THERE)


@algorithms
def test_a_mac_is_the_published_one(algorithm):
    """Key of twenty 0x0b, message "Hi There"."""
    assert mac.compute(b"\x0b" * 20, algorithm, b"Hi There").hex() == HI_THERE[algorithm]


@algorithms
def test_a_mac_verifies(algorithm):
    """What was computed is accepted."""
    mac.verify(b"\x0b" * 20, algorithm, b"Hi There", bytes.fromhex(HI_THERE[algorithm]))


@algorithms
@pytest.mark.parametrize("wrong", [b"", b"\0" * 64, "truncated"], ids=str)
def test_another_mac_does_not_verify(algorithm, wrong):
    """Neither another value nor the right one cut short."""
    right = mac.compute(b"k" * 64, algorithm, b"m")

    with pytest.raises(InvalidSignature):
        mac.verify(b"k" * 64, algorithm, b"m", right[:-1] if wrong == "truncated" else wrong)


def test_comparison_takes_constant_time(monkeypatch):
    """MACs are compared by the function made for it."""
    seen = []
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: seen.append((a, b)) or True)

    mac.verify(b"k" * 32, "HMAC_SHA_256", b"m", b"shown")

    assert seen == [(mac.compute(b"k" * 32, "HMAC_SHA_256", b"m"), b"shown")]


@pytest.mark.parametrize("spec", mac.KEY_LENGTHS)
def test_generated_keys_are_as_long_as_the_digest(spec):
    """28, 32, 48 and 64 bytes, the least that may be imported."""
    digest = len(mac.compute(b"k" * 64, spec.replace("HMAC_", "HMAC_SHA_"), b""))
    lengths = mac.KEY_LENGTHS[spec]

    assert lengths.generated == lengths.least == digest <= lengths.most
