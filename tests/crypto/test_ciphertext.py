"""The blob of symmetric encryption: its looks, its fields, and that it is bound as a whole."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmsmock.crypto.ciphertext import (
    Ciphertext,
    bound_data,
    header,
    open_blob,
    pack,
    seal_blob,
    unpack,
)
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.crypto.symmetric import open_sealed, seal

KEY = b"k" * 32
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MULTI_REGION_KEY_ID = "mrk-1234abcd12ab34cd56ef1234567890ab"
MATERIAL_ID = bytes(range(32))
NONCE = b"n" * 12

ascii_text = st.text(st.characters(max_codepoint=127), max_size=255)
ciphertexts = st.builds(
    Ciphertext,
    st.sampled_from(["encrypt", "data-key"]),
    ascii_text,
    st.binary(max_size=255),
    st.binary(max_size=255),
    st.binary(max_size=600),
)


def sealed_blob(**changed):
    arguments = {
        "kind": "encrypt",
        "key_id": KEY_ID,
        "material_id": MATERIAL_ID,
        "nonce": NONCE,
        "plaintext": b"secret",
        "context": {"stage": "test"},
    }
    return seal_blob(KEY, **arguments | changed)


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
    assert open_blob(KEY, sealed_blob(key_id="k" * 255), {"stage": "test"}) == b"secret"


@pytest.mark.parametrize("changed", [{"key_id": "k" * 256}, {"material_id": bytes(256)}])
def test_a_field_that_does_not_fit_is_refused(changed):
    """Nothing is cut off to make a field fit."""
    with pytest.raises(ValueError, match="does not fit"):
        sealed_blob(**changed)


@given(ciphertexts)
def test_unpacking_gives_what_was_packed(ciphertext):
    """Every field survives the blob."""
    assert unpack(pack(ciphertext)) == ciphertext


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


def test_a_blob_opens_packed_and_unpacked():
    """Whoever has taken the blob apart need not put it together."""
    blob = sealed_blob()

    assert open_blob(KEY, blob, {"stage": "test"}) == b"secret"
    assert open_blob(KEY, unpack(blob), {"stage": "test"}) == b"secret"


@given(st.integers(min_value=0, max_value=8 * len(sealed_blob()) - 1))
def test_any_flipped_bit_is_unreadable(bit):
    """The whole blob is authenticated: kind, key id, material id, nonce, padding and content."""
    blob = bytearray(sealed_blob())
    blob[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unreadable):
        open_blob(KEY, bytes(blob), {"stage": "test"})


@pytest.mark.parametrize("context", [None, {"stage": "Test"}, {"stage": "test", "more": ""}])
def test_another_context_is_unreadable(context):
    """The encryption context of decryption must be that of encryption."""
    with pytest.raises(Unreadable):
        open_blob(KEY, sealed_blob(), context)


def test_another_key_is_unreadable():
    """A blob opens with its own key only."""
    with pytest.raises(Unreadable):
        open_blob(bytes(32), sealed_blob(), {"stage": "test"})


def test_sm4_seals_blobs_in_the_china_regions():
    """The format is the same with 128-bit SM4."""
    key = b"k" * 16
    blob = seal_blob(
        key,
        kind="encrypt",
        key_id=KEY_ID,
        material_id=MATERIAL_ID,
        nonce=NONCE,
        plaintext=b"secret",
        context=None,
        cipher="SM4",
    )

    assert open_blob(key, blob, {}, "SM4") == b"secret"


def test_sealing_may_happen_elsewhere():
    """An HSM that seals with its own key binds the same data, and the blob is the same."""
    fields = {"kind": "encrypt", "key_id": KEY_ID, "material_id": MATERIAL_ID, "nonce": NONCE}
    bound = bound_data(**fields, context={"stage": "test"})

    blob = pack(Ciphertext(**fields, sealed=seal(KEY, NONCE, b"secret", bound)))

    assert blob == sealed_blob()
    assert blob.startswith(header(**fields))
    assert open_sealed(KEY, NONCE, unpack(blob).sealed, bound) == b"secret"
