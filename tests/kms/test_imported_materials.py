"""Several imported materials in one symmetric key, and the rotation from one to the next."""

import pytest
from expect import refused
from imports import MATERIAL, OTHER_MATERIAL, external_key, import_material, import_new, metadata

THIRD_MATERIAL = bytes(range(64, 96))


@pytest.fixture
def key_id(kms):
    """A key with its first material."""
    key_id = external_key(kms)
    import_material(kms, key_id)
    return key_id


@pytest.fixture
def rotated(kms, key_id):
    """The same key with its second material."""
    import_new(kms, key_id, OTHER_MATERIAL)
    kms.rotate_key_on_demand(KeyId=key_id)
    return key_id


def all_materials(kms, key_id):
    """The entries of ListKeyRotations, the first and the waiting material included."""
    reply = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    return reply["Rotations"]


def test_new_material_waits_for_a_rotation(kms, key_id):
    """The key goes on with its old material."""
    old = metadata(kms, key_id)["CurrentKeyMaterialId"]

    new = import_new(kms, key_id, OTHER_MATERIAL)

    assert metadata(kms, key_id)["CurrentKeyMaterialId"] == old != new


def test_rotation_makes_new_material_current(kms, key_id):
    """RotateKeyOnDemand lets the waiting material take its turn."""
    new = import_new(kms, key_id, OTHER_MATERIAL)

    kms.rotate_key_on_demand(KeyId=key_id)

    assert metadata(kms, key_id)["CurrentKeyMaterialId"] == new
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == new


def test_old_material_reads_what_it_wrote(kms, key_id):
    """After the rotation a ciphertext of the old material decrypts, and names it."""
    old = metadata(kms, key_id)["CurrentKeyMaterialId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    import_new(kms, key_id, OTHER_MATERIAL)
    kms.rotate_key_on_demand(KeyId=key_id)

    reply = kms.decrypt(CiphertextBlob=blob)

    assert (reply["Plaintext"], reply["KeyMaterialId"]) == (b"secret", old)


def test_first_material_needs_no_import_type(kms):
    """NEW_KEY_MATERIAL may be said of the first material too; EXISTING may not."""
    key_id = external_key(kms)
    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, ImportType="EXISTING_KEY_MATERIAL")

    new = import_new(kms, key_id, MATERIAL)

    assert metadata(kms, key_id)["CurrentKeyMaterialId"] == new


def test_only_one_material_waits(kms, key_id):
    """A second new material is refused, with the ids of both."""
    arn = metadata(kms, key_id)["Arn"]
    waiting = import_new(kms, key_id, OTHER_MATERIAL)

    with refused("KMSInvalidStateException") as refusal:
        import_new(kms, key_id, THIRD_MATERIAL)

    kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=waiting)
    new = import_new(kms, key_id, THIRD_MATERIAL)
    assert refusal.message == (
        f"New key material (id: {new}) cannot be imported into KMS key {arn}, because another "
        f"key material (id: {waiting}) is pending rotation."
    )


@pytest.mark.parametrize("material", [MATERIAL, OTHER_MATERIAL])
def test_material_that_the_key_has_is_not_new(kms, rotated, material):
    """The current material and an old one are both refused as new."""
    with refused("IncorrectKeyMaterialException"):
        import_new(kms, rotated, material)


def test_rotation_needs_material_that_waits(kms, rotated):
    """After its rotation a key has none waiting."""
    arn = metadata(kms, rotated)["Arn"]
    text = f"No available key material pending rotation for the key: {arn}."

    with refused("KMSInvalidStateException", text):
        kms.rotate_key_on_demand(KeyId=rotated)


def test_rotation_needs_material(kms):
    """A key that never had material is pending import."""
    key_id = external_key(kms)
    text = f"{metadata(kms, key_id)['Arn']} is pending import."

    with refused("KMSInvalidStateException", text):
        kms.rotate_key_on_demand(KeyId=key_id)


def test_deletion_without_an_id_takes_the_current_material(kms, rotated):
    """DeleteImportedKeyMaterial alone deletes the current material, and the key awaits it."""
    current = metadata(kms, rotated)["CurrentKeyMaterialId"]

    reply = kms.delete_imported_key_material(KeyId=rotated)

    assert reply["KeyMaterialId"] == current
    assert metadata(kms, rotated)["KeyState"] == "PendingImport"


def test_key_needs_every_material(kms, rotated):
    """A key with an old material deleted cannot even use the current one."""
    arn = metadata(kms, rotated)["Arn"]
    first = all_materials(kms, rotated)[0]["KeyMaterialId"]

    kms.delete_imported_key_material(KeyId=rotated, KeyMaterialId=first)

    with refused("KMSInvalidStateException", f"{arn} is pending import."):
        kms.encrypt(KeyId=rotated, Plaintext=b"secret")


def test_key_is_enabled_when_its_last_missing_material_is_back(kms, rotated):
    """Materials come back in any order; the last one enables the key."""
    for entry in all_materials(kms, rotated):
        kms.delete_imported_key_material(KeyId=rotated, KeyMaterialId=entry["KeyMaterialId"])

    import_material(kms, rotated, OTHER_MATERIAL)
    halfway = metadata(kms, rotated)["KeyState"]
    import_material(kms, rotated, MATERIAL)

    assert (halfway, metadata(kms, rotated)["KeyState"]) == ("PendingImport", "Enabled")


def test_material_that_waits_may_be_deleted_and_replaced(kms, key_id):
    """Deleting it leaves the key Enabled and without a trace of it."""
    waiting = import_new(kms, key_id, OTHER_MATERIAL)

    kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=waiting)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"
    assert [entry["KeyMaterialState"] for entry in all_materials(kms, key_id)] == ["CURRENT"]
    assert import_new(kms, key_id, THIRD_MATERIAL)


def test_deletion_of_material_that_is_not_the_keys_is_refused(kms, key_id):
    """An unknown KeyMaterialId deletes nothing."""
    with refused("NotFoundException"):
        kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId="0" * 64)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"


def test_material_id_must_be_that_of_the_material(kms, rotated):
    """A re-import may name its material, and must then bring it."""
    first, second = (entry["KeyMaterialId"] for entry in all_materials(kms, rotated))

    reply = import_material(kms, rotated, MATERIAL, KeyMaterialId=first)

    assert reply["KeyMaterialId"] == first
    with refused("IncorrectKeyMaterialException"):
        import_material(kms, rotated, MATERIAL, KeyMaterialId=second)


def test_new_material_has_no_id_yet(kms, key_id):
    """KeyMaterialId and NEW_KEY_MATERIAL exclude each other."""
    current = metadata(kms, key_id)["CurrentKeyMaterialId"]

    with refused("ValidationException"):
        import_new(kms, key_id, OTHER_MATERIAL, KeyMaterialId=current)


def test_description_of_material_stays_until_it_is_changed(kms, key_id):
    """An import without a description keeps the old one, another one replaces it."""
    descriptions = []

    for members in ({"KeyMaterialDescription": "one"}, {}, {"KeyMaterialDescription": "two"}):
        import_material(kms, key_id, **members)
        descriptions.append(all_materials(kms, key_id)[0]["KeyMaterialDescription"])

    assert descriptions == ["one", "one", "two"]


def test_list_tells_where_each_imported_material_stands(kms, rotated):
    """Old, current and waiting material, each with its import state and expiration."""
    first = all_materials(kms, rotated)[0]["KeyMaterialId"]
    import_new(kms, rotated, THIRD_MATERIAL, KeyMaterialDescription="next")
    kms.delete_imported_key_material(KeyId=rotated, KeyMaterialId=first)

    old, current, waiting = all_materials(kms, rotated)

    never = "KEY_MATERIAL_DOES_NOT_EXPIRE"
    arn = metadata(kms, rotated)["Arn"]
    date = current.pop("RotationDate")
    assert date
    assert old == {
        "KeyId": arn,
        "KeyMaterialId": first,
        "KeyMaterialState": "NON_CURRENT",
        "ImportState": "PENDING_IMPORT",
    }
    assert current == {
        "KeyId": arn,
        "KeyMaterialId": metadata(kms, rotated)["CurrentKeyMaterialId"],
        "KeyMaterialState": "CURRENT",
        "ImportState": "IMPORTED",
        "ExpirationModel": never,
        "RotationType": "ON_DEMAND",
    }
    del waiting["KeyMaterialId"]
    assert waiting == {
        "KeyId": arn,
        "KeyMaterialState": "PENDING_ROTATION",
        "ImportState": "IMPORTED",
        "ExpirationModel": never,
        "KeyMaterialDescription": "next",
    }


def test_list_of_a_key_without_material_is_empty(kms):
    """A key that awaits its first material has nothing to list."""
    assert all_materials(kms, external_key(kms)) == []
