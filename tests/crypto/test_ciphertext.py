"""The blob of symmetric encryption: its looks, its fields, and that it is bound as a whole."""

import base64
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmsmock.crypto import symmetric
from kmsmock.crypto.ciphertext import open_blob, seal_blob, unpack
from kmsmock.crypto.exceptions import Unreadable

KEY = b"k" * 32
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MULTI_REGION_KEY_ID = "mrk-1234abcd12ab34cd56ef1234567890ab"
MATERIAL_ID = bytes(range(32))
NONCE = b"n" * 12

ascii_text = st.text(st.characters(max_codepoint=127), max_size=255)
fields = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["encrypt", "data-key"]),
        "key_id": ascii_text,
        "material_id": st.binary(max_size=255),
        "nonce": st.binary(max_size=255),
    }
)


def sealed_blob(key=KEY, **changed):
    arguments = {
        "kind": "encrypt",
        "key_id": KEY_ID,
        "material_id": MATERIAL_ID,
        "nonce": NONCE,
        "plaintext": b"secret",
        "context": {"stage": "test"},
    }
    return seal_blob(partial(symmetric.seal, key), **arguments | changed)


def opened(blob, context, key=KEY):
    return open_blob(partial(symmetric.open_sealed, key), unpack(blob), context)


@pytest.mark.parametrize(("kind", "beginning"), [("encrypt", b"AQICAH"), ("data-key", b"AQIDAH")])
def test_the_beginning_tells_data_keys_from_encryption(kind, beginning):
    """In base64 a blob begins as those of AWS do."""
    assert base64.b64encode(sealed_blob(kind=kind)).startswith(beginning)


@pytest.mark.parametrize("key_id", [KEY_ID, MULTI_REGION_KEY_ID])
@pytest.mark.parametrize("length", [1, 32, 4096])
def test_a_blob_is_152_bytes_longer_than_its_plaintext(key_id, length):
    """The overhead is 152 bytes for every key id of 36 characters."""
    assert len(sealed_blob(key_id=key_id, plaintext=bytes(length))) == length + 152


def test_the_overhead_does_not_depend_on_the_material_id():
    """Padding makes up for a material id that is absent."""
    assert len(sealed_blob(material_id=b"")) == len(sealed_blob())


def test_a_longer_key_id_makes_a_longer_blob():
    """Key ids may have up to 255 characters."""
    assert opened(sealed_blob(key_id="k" * 255), {"stage": "test"}) == b"secret"


@pytest.mark.parametrize("changed", [{"key_id": "k" * 256}, {"material_id": bytes(256)}])
def test_a_field_that_does_not_fit_is_refused(changed):
    """Nothing is cut off to make a field fit."""
    with pytest.raises(ValueError, match="does not fit"):
        sealed_blob(**changed)


@given(fields, st.binary(max_size=600))
def test_unpacking_gives_what_was_packed(fields, sealed):
    """Every field survives the blob."""
    blob = seal_blob(lambda *_: sealed, **fields, plaintext=b"", context=None)

    ciphertext = unpack(blob)

    assert {name: getattr(ciphertext, name) for name in fields} == fields
    assert ciphertext.sealed == sealed


@given(st.binary(max_size=300))
def test_garbage_is_unreadable(blob):
    """Bytes that are no blob are refused, however they begin."""
    for beginning in (b"", bytes.fromhex("0102020078"), bytes.fromhex("0102030078")):
        with pytest.raises(Unreadable):
            unpack(beginning + blob)


def test_a_truncated_blob_is_unreadable():
    """A blob without its last bytes, however many, is refused."""
    blob = sealed_blob()

    for length in range(len(blob)):
        with pytest.raises(Unreadable):
            unpack(blob[:length])


def test_trailing_bytes_are_unreadable():
    """Nothing may follow a blob."""
    with pytest.raises(Unreadable):
        unpack(sealed_blob() + b"\0")


@given(st.integers(min_value=0, max_value=8 * len(sealed_blob()) - 1))
def test_any_flipped_bit_is_unreadable(bit):
    """The whole blob is authenticated: kind, key id, material id, nonce, padding and content."""
    blob = bytearray(sealed_blob())
    blob[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unreadable):
        opened(bytes(blob), {"stage": "test"})


@pytest.mark.parametrize("context", [None, {"stage": "Test"}, {"stage": "test", "more": ""}])
def test_another_context_is_unreadable(context):
    """The encryption context of decryption must be that of encryption."""
    with pytest.raises(Unreadable):
        opened(sealed_blob(), context)


def test_another_key_is_unreadable():
    """A blob opens with its own key only."""
    with pytest.raises(Unreadable):
        opened(sealed_blob(), {"stage": "test"}, key=bytes(32))


def test_sealing_may_happen_elsewhere():
    """An HSM that seals with a key of its own binds the header, then the encryption context."""
    bound = []

    def seal(nonce, plaintext, associated_data):
        bound.append(associated_data)
        return symmetric.seal(KEY, nonce, plaintext, associated_data)

    arguments = {"kind": "encrypt", "key_id": KEY_ID, "material_id": MATERIAL_ID, "nonce": NONCE}
    context = {"stage": "test"}
    blob = seal_blob(seal, **arguments, plaintext=b"secret", context=context)

    assert blob == sealed_blob()
    assert bound == [unpack(blob).header + b"\0\0\0\5stage\0\0\0\4test"]
    assert blob.startswith(unpack(blob).header)


def test_sm4_seals_blobs_in_the_china_regions():
    """The format is the same with 128-bit SM4."""
    key = b"k" * 16
    arguments = {"kind": "encrypt", "key_id": KEY_ID, "material_id": MATERIAL_ID, "nonce": NONCE}

    blob = seal_blob(
        partial(symmetric.seal, key, cipher="SM4"), **arguments, plaintext=b"secret", context=None
    )

    opening = partial(symmetric.open_sealed, key, cipher="SM4")
    assert open_blob(opening, unpack(blob), {}) == b"secret"
