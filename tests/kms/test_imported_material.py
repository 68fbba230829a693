"""ImportKeyMaterial and DeleteImportedKeyMaterial: one material in a symmetric key."""

import re

import boto3
import pytest
from expect import refused
from imports import (
    MATERIAL,
    OTHER_MATERIAL,
    external_key,
    import_material,
    metadata,
    parameters,
    send,
    wrap,
)


@pytest.fixture
def key_id(kms):
    """A symmetric key that awaits its material."""
    return external_key(kms)


def test_key_without_material_awaits_it(kms, key_id):
    """A new EXTERNAL key is PendingImport, without expiration model and material id."""
    found = metadata(kms, key_id)

    assert (found["KeyState"], found["Enabled"]) == ("PendingImport", False)
    assert not {"ExpirationModel", "ValidTo", "CurrentKeyMaterialId"} & {*found}


def test_key_without_material_cannot_be_used(kms, key_id):
    """Before the import Encrypt answers that the key is pending import."""
    arn = metadata(kms, key_id)["Arn"]

    with refused("KMSInvalidStateException", f"{arn} is pending import."):
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")


def test_import_enables_the_key(kms, key_id):
    """After the import the key is Enabled, with its expiration model and material id."""
    reply = import_material(kms, key_id)

    found = metadata(kms, key_id)
    assert (found["KeyState"], found["Enabled"]) == ("Enabled", True)
    assert found["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert "ValidTo" not in found
    assert found["CurrentKeyMaterialId"] == reply["KeyMaterialId"]


def test_import_answers_with_the_arn_and_the_material_id(kms, key_id):
    """The reply of a symmetric key has the key's ARN and 64 hex digits."""
    reply = import_material(kms, key_id)

    assert {*reply} - {"ResponseMetadata"} == {"KeyId", "KeyMaterialId"}
    assert reply["KeyId"] == metadata(kms, key_id)["Arn"]
    assert re.fullmatch("[0-9a-f]{64}", reply["KeyMaterialId"])


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
@pytest.mark.parametrize("wrapping_key", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_every_wrapping_brings_the_same_material(kms, key_id, algorithm, wrapping_key):
    """The material id tells that what arrived is what was wrapped."""
    reply = import_material(kms, key_id, MATERIAL, algorithm, wrapping_key)

    assert import_material(kms, key_id)["KeyMaterialId"] == reply["KeyMaterialId"]


def test_imported_material_encrypts(kms, key_id):
    """What the key encrypts, it decrypts, and names the material."""
    imported = import_material(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    reply = kms.decrypt(CiphertextBlob=blob)

    assert reply["Plaintext"] == b"secret"
    assert reply["KeyMaterialId"] == imported["KeyMaterialId"]


def test_same_bytes_have_other_ids_in_other_keys(kms, key_id):
    """The id of material is a hash of the key's id and the material."""
    here = import_material(kms, key_id)["KeyMaterialId"]
    there = import_material(kms, external_key(kms))["KeyMaterialId"]

    assert here != there


def test_keys_with_the_same_material_do_not_read_each_other(kms, key_id):
    """A ciphertext is bound to its key, whatever the bytes of the material."""
    twin = external_key(kms)
    import_material(kms, key_id)
    import_material(kms, twin)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    with refused("IncorrectKeyException"):
        kms.decrypt(KeyId=twin, CiphertextBlob=blob)


@pytest.mark.parametrize("length", [1, 16, 31, 33, 64])
def test_symmetric_material_has_32_bytes(kms, key_id, length):
    """Material of any other length is incorrect."""
    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, bytes(length))


@pytest.mark.parametrize(("length", "fits"), [(16, True), (32, False)])
def test_symmetric_material_has_16_bytes_in_china(aws, length, fits):
    """In the China Regions a symmetric key is one of SM4."""
    kms = boto3.client("kms", region_name="cn-north-1")
    key_id = external_key(kms)

    if fits:
        import_material(kms, key_id, bytes(length))
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    else:
        with refused("IncorrectKeyMaterialException"):
            import_material(kms, key_id, bytes(length))


def test_material_that_cannot_be_unwrapped_is_refused(kms, key_id):
    """Altered encrypted material is an invalid ciphertext, without a text."""
    given = parameters(kms, key_id)
    wrapped = wrap(given["PublicKey"], MATERIAL)

    with refused("InvalidCiphertextException", ""):
        kms.import_key_material(
            KeyId=key_id,
            ImportToken=given["ImportToken"],
            EncryptedKeyMaterial=wrapped[:-1] + bytes([wrapped[-1] ^ 1]),
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )


def test_key_takes_only_the_material_it_had(kms, key_id):
    """Without ImportType a second import must bring the same material."""
    import_material(kms, key_id)

    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, OTHER_MATERIAL)


def test_key_of_kms_refuses_import_and_deletion(kms):
    """ImportKeyMaterial and DeleteImportedKeyMaterial need Origin EXTERNAL."""
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    given = parameters(kms, external_key(kms))
    text = f"{arn} origin is AWS_KMS which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        send(kms, arn, given, MATERIAL)
    with refused("UnsupportedOperationException", text):
        kms.delete_imported_key_material(KeyId=arn)


def test_deletion_makes_the_key_await_its_material_again(kms, key_id):
    """After the deletion the material's id stays, its expiration model goes."""
    material_id = import_material(kms, key_id)["KeyMaterialId"]

    reply = kms.delete_imported_key_material(KeyId=key_id)

    found = metadata(kms, key_id)
    assert (reply["KeyId"], reply["KeyMaterialId"]) == (found["Arn"], material_id)
    assert (found["KeyState"], found["Enabled"]) == ("PendingImport", False)
    assert found["CurrentKeyMaterialId"] == material_id
    assert "ExpirationModel" not in found


def test_deleted_material_neither_encrypts_nor_decrypts(kms, key_id):
    """Without its material the key answers that it is pending import."""
    import_material(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key_id)
    text = f"{metadata(kms, key_id)['Arn']} is pending import."

    with refused("KMSInvalidStateException", text):
        kms.decrypt(CiphertextBlob=blob)


def test_material_that_comes_back_reads_what_it_wrote(kms, key_id):
    """The same material has the same id, and opens the old ciphertexts."""
    first = import_material(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key_id)

    again = import_material(kms, key_id)

    assert again["KeyMaterialId"] == first["KeyMaterialId"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_deleted_material_is_the_only_one_that_fills_its_place(kms, key_id):
    """After the deletion other material is still not the key's."""
    import_material(kms, key_id)
    kms.delete_imported_key_material(KeyId=key_id)

    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, OTHER_MATERIAL)


def test_deletion_from_a_key_without_material_has_no_effect(kms, key_id):
    """A key that never had material answers with its ARN alone."""
    reply = kms.delete_imported_key_material(KeyId=key_id)

    assert {*reply} - {"ResponseMetadata"} == {"KeyId"}
    assert metadata(kms, key_id)["KeyState"] == "PendingImport"


def test_deletion_from_a_key_that_is_leaving_keeps_its_state(kms, key_id):
    """A key that is pending deletion loses its material and stays so."""
    import_material(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id)

    kms.delete_imported_key_material(KeyId=key_id)

    assert metadata(kms, key_id)["KeyState"] == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key_id)
    assert metadata(kms, key_id)["KeyState"] == "PendingImport"


def test_import_into_a_disabled_key_leaves_it_disabled(kms, key_id):
    """A key that has its material and is disabled takes it again, and stays disabled."""
    import_material(kms, key_id)
    kms.disable_key(KeyId=key_id)

    import_material(kms, key_id)

    assert metadata(kms, key_id)["KeyState"] == "Disabled"


def test_import_that_completes_a_disabled_key_enables_it(kms, key_id):
    """Material that comes back makes the key Enabled, whatever it was before."""
    import_material(kms, key_id)
    kms.disable_key(KeyId=key_id)
    kms.delete_imported_key_material(KeyId=key_id)

    import_material(kms, key_id)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"
