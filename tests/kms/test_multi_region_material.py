"""Key material of multi-Region keys: what one seals, the others open; rotation; import."""

import pytest
from botocore_knows import needs
from expect import refused
from imports import MATERIAL, OTHER_MATERIAL, import_material, import_new
from multi_region import AWAY, FAR, HOME, arn, client, metadata, new_related, state

CONTEXT = {"purpose": "test"}


@pytest.fixture
def away(aws):
    """A client of the replica's Region."""
    return client(AWAY)


@pytest.fixture
def related(kms):
    """The id of a primary of KMS's own material, with one replica."""
    return new_related(kms, AWAY)


@pytest.fixture
def imported(kms, away):
    """The id of a primary and its replica, both with the same imported material."""
    key_id = new_related(kms, Origin="EXTERNAL")
    import_material(kms, key_id)
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
    import_material(away, key_id)
    return key_id


def listed(kms, key_id):
    """KeyMaterialState and ImportState of all materials of the key, by material id."""
    rotations = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    return {
        entry["KeyMaterialId"]: (entry["KeyMaterialState"], entry.get("ImportState"))
        for entry in rotations["Rotations"]
    }


@pytest.mark.parametrize(("here", "there"), [(HOME, AWAY), (AWAY, HOME), (AWAY, FAR)])
@pytest.mark.parametrize("named", ["not", "by id", "by ARN"])
def test_related_key_opens_the_ciphertext(kms, here, there, named):
    """What one related key encrypts each other one decrypts in its Region, under its own ARN."""
    key_id = new_related(kms, AWAY, FAR)
    names = {"not": {}, "by id": {"KeyId": key_id}, "by ARN": {"KeyId": arn(key_id, there)}}
    blob = client(here).encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)

    opened = client(there).decrypt(
        CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=CONTEXT, **names[named]
    )

    assert (opened["Plaintext"], opened["KeyId"]) == (b"secret", arn(key_id, there))


def test_related_key_opens_data_keys(kms, away, related):
    """A data key of one Region is opened and encrypted anew in another."""
    data_key = kms.generate_data_key(KeyId=related, KeySpec="AES_256")
    local = away.create_key()["KeyMetadata"]["Arn"]

    again = away.re_encrypt(CiphertextBlob=data_key["CiphertextBlob"], DestinationKeyId=local)

    assert again["SourceKeyId"] == arn(related, AWAY)
    opened = away.decrypt(CiphertextBlob=again["CiphertextBlob"])
    assert opened["Plaintext"] == data_key["Plaintext"]


def test_related_keys_verify_each_others_signatures(kms, away):
    """Related asymmetric keys have one key pair."""
    key_id = new_related(kms, AWAY, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    request = {"KeyId": key_id, "Message": b"message", "SigningAlgorithm": "ECDSA_SHA_256"}

    signature = kms.sign(**request)["Signature"]

    assert away.verify(Signature=signature, **request)["SignatureValid"] is True
    public_keys = [region.get_public_key(KeyId=key_id)["PublicKey"] for region in (kms, away)]
    assert public_keys[0] == public_keys[1]


def test_related_keys_make_the_same_macs(kms, away):
    """Related HMAC keys have one secret."""
    key_id = new_related(kms, AWAY, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    request = {"KeyId": key_id, "Message": b"message", "MacAlgorithm": "HMAC_SHA_256"}

    macs = [region.generate_mac(**request)["Mac"] for region in (kms, away)]

    assert macs[0] == macs[1]


def test_replica_shows_its_primarys_rotation(kms, away, related):
    """GetKeyRotationStatus of a replica tells the setting of its primary."""
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=100)

    shown, own = (region.get_key_rotation_status(KeyId=related) for region in (away, kms))

    assert (shown["KeyRotationEnabled"], shown["RotationPeriodInDays"]) == (True, 100)
    assert shown["NextRotationDate"] == own["NextRotationDate"]


@pytest.mark.parametrize(
    "operation", ["enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand"]
)
def test_rotation_is_set_at_the_primary(away, related, operation):
    """A replica neither sets the rotation of the related keys nor rotates them."""
    with refused(
        "UnsupportedOperationException", f"{arn(related, AWAY)} is not a multi-region primary key."
    ):
        getattr(away, operation)(KeyId=related)


@pytest.mark.parametrize("first", [HOME, AWAY])
def test_automatic_rotation_gives_all_the_same_material(aws, kms, away, related, first):
    """When the primary rotates its replica has the new material too, wherever one looks first."""
    before = metadata(kms, related)["CurrentKeyMaterialId"]
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=100)

    aws.clock.advance(days=101)

    first_seen = metadata(client(first), related)["CurrentKeyMaterialId"]
    after = {metadata(region, related)["CurrentKeyMaterialId"] for region in (kms, away)}
    assert after == {first_seen}
    assert before not in after


def test_on_demand_rotation_reaches_the_replicas(kms, away, related):
    """RotateKeyOnDemand of the primary rotates its replica; old ciphertexts open in both."""
    blob = away.encrypt(KeyId=related, Plaintext=b"secret")["CiphertextBlob"]

    kms.rotate_key_on_demand(KeyId=related)

    assert len(listed(away, related)) == 2
    assert listed(away, related) == listed(kms, related)
    for region in (kms, away):
        assert region.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_replicas_state_does_not_stop_the_rotation(aws, kms, away, related):
    """The primary rotates on its date whether its replica is disabled or not."""
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=100)
    away.disable_key(KeyId=related)

    aws.clock.advance(days=101)

    assert len(listed(kms, related)) == 2


def test_enabling_a_replica_rotates_nothing(aws, kms, away, related):
    """The missed rotation of a disabled primary is not made up for by its replica."""
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=100)
    for region in (kms, away):
        region.disable_key(KeyId=related)
    aws.clock.advance(days=101)

    away.enable_key(KeyId=related)

    assert len(listed(away, related)) == 1


def test_rotation_goes_on_under_the_new_primary(aws, kms, away, related):
    """The schedule outlives a change of the primary, and the former primary itself."""
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=100)
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    aws.clock.advance(days=201)

    assert len(listed(away, related)) == 3
    away.disable_key_rotation(KeyId=related)


def test_replica_of_an_external_key_awaits_its_import(kms, away):
    """A replica of a key with imported material begins without: PendingImport, no material id."""
    key_id = new_related(kms, Origin="EXTERNAL")
    material_id = import_material(kms, key_id)["KeyMaterialId"]

    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    replica = metadata(away, key_id)
    assert (replica["KeyState"], replica["Origin"]) == ("PendingImport", "EXTERNAL")
    assert "CurrentKeyMaterialId" not in replica
    assert listed(away, key_id) == {material_id: ("CURRENT", "PENDING_IMPORT")}


@pytest.mark.parametrize("members", [{}, {"ImportType": "EXISTING_KEY_MATERIAL"}])
def test_same_material_makes_the_replica_usable(kms, away, members):
    """The material of the primary, imported into the replica, lets it open the ciphertexts."""
    key_id = new_related(kms, Origin="EXTERNAL")
    import_material(kms, key_id)
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    reply = import_material(away, key_id, **members)

    assert reply["KeyMaterialId"] == metadata(kms, key_id)["CurrentKeyMaterialId"]
    assert metadata(away, key_id)["CurrentKeyMaterialId"] == reply["KeyMaterialId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    assert away.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_other_material_does_not_fit_the_replica(kms, away):
    """Material that the primary does not have is not the replica's."""
    key_id = new_related(kms, Origin="EXTERNAL")
    import_material(kms, key_id)
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    with refused("IncorrectKeyMaterialException"):
        import_material(away, key_id, OTHER_MATERIAL)

    assert state(away, key_id) == "PendingImport"


def test_new_material_goes_into_the_primary_only(away, imported):
    """A replica takes no new key material."""
    with refused(
        "UnsupportedOperationException", f"{arn(imported, AWAY)} is not a multi-region primary key."
    ):
        import_material(away, imported, OTHER_MATERIAL, ImportType="NEW_KEY_MATERIAL")


@needs("PENDING_MULTI_REGION_IMPORT_AND_ROTATION")
def test_new_material_waits_for_every_replica(kms, away, imported):
    """New material is pending import in the replica, and until then cannot be rotated to."""
    new_id = import_new(kms, imported, OTHER_MATERIAL)

    waiting = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    assert listed(kms, imported)[new_id] == (waiting, "IMPORTED")
    assert listed(away, imported)[new_id] == (waiting, "PENDING_IMPORT")
    assert state(away, imported) == "Enabled"
    with refused(
        "KMSInvalidStateException",
        f"No available key material pending rotation for the key: {arn(imported, HOME)}.",
    ):
        kms.rotate_key_on_demand(KeyId=imported)


def test_rotation_to_imported_material_reaches_the_replicas(kms, away, imported):
    """With the new material in all Regions the primary rotates, and its replica with it."""
    old_id = metadata(kms, imported)["CurrentKeyMaterialId"]
    new_id = import_new(kms, imported, OTHER_MATERIAL)
    import_material(away, imported, OTHER_MATERIAL)
    assert listed(kms, imported)[new_id] == ("PENDING_ROTATION", "IMPORTED")

    kms.rotate_key_on_demand(KeyId=imported)

    for region in (kms, away):
        assert metadata(region, imported)["CurrentKeyMaterialId"] == new_id
        assert listed(region, imported)[old_id] == ("NON_CURRENT", "IMPORTED")
    blob = kms.encrypt(KeyId=imported, Plaintext=b"secret")["CiphertextBlob"]
    assert away.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == new_id


def test_pending_material_deleted_in_the_primary_goes_everywhere(kms, away, imported):
    """The primary's pending material is deleted in the replicas as well."""
    new_id = import_new(kms, imported, OTHER_MATERIAL)
    import_material(away, imported, OTHER_MATERIAL)

    kms.delete_imported_key_material(KeyId=imported, KeyMaterialId=new_id)

    assert new_id not in listed(kms, imported)
    assert new_id not in listed(away, imported)


@needs("PENDING_MULTI_REGION_IMPORT_AND_ROTATION")
def test_pending_material_deleted_in_a_replica_is_awaited_again(kms, away, imported):
    """Pending material that a replica deletes stays in the primary and can be imported again."""
    new_id = import_new(kms, imported, OTHER_MATERIAL)
    import_material(away, imported, OTHER_MATERIAL)

    away.delete_imported_key_material(KeyId=imported, KeyMaterialId=new_id)

    waiting = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    assert listed(kms, imported)[new_id] == (waiting, "IMPORTED")
    import_material(away, imported, OTHER_MATERIAL)
    assert listed(kms, imported)[new_id] == ("PENDING_ROTATION", "IMPORTED")


@pytest.mark.parametrize(("here", "there"), [(HOME, AWAY), (AWAY, HOME)])
def test_deleted_material_is_missing_in_one_region_only(imported, here, there):
    """Deleting the current material of one related key leaves the others alone."""
    client(here).delete_imported_key_material(KeyId=imported)

    assert state(client(here), imported) == "PendingImport"
    assert state(client(there), imported) == "Enabled"


def test_new_primary_takes_new_material(kms, away, imported):
    """A replica that became the primary takes new material, and the former primary follows."""
    kms.update_primary_region(KeyId=imported, PrimaryRegion=AWAY)

    new_id = import_new(away, imported, OTHER_MATERIAL)
    import_material(kms, imported, OTHER_MATERIAL)
    away.rotate_key_on_demand(KeyId=imported)

    for region in (kms, away):
        assert metadata(region, imported)["CurrentKeyMaterialId"] == new_id


def test_material_that_waits_must_reach_a_new_primary_too(kms, away, imported):
    """After a change of the primary it is the new primary that lacks the pending material."""
    new_id = import_new(kms, imported, OTHER_MATERIAL)
    kms.update_primary_region(KeyId=imported, PrimaryRegion=AWAY)
    with refused("KMSInvalidStateException"):
        away.rotate_key_on_demand(KeyId=imported)

    import_material(away, imported, OTHER_MATERIAL)
    away.rotate_key_on_demand(KeyId=imported)

    assert metadata(kms, imported)["CurrentKeyMaterialId"] == new_id


def test_expiry_is_each_regions_own(aws, kms, away):
    """Imported material expires in the Region where an expiry was given, and stays elsewhere."""
    key_id = new_related(kms, Origin="EXTERNAL")
    import_material(kms, key_id)
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
    import_material(
        away,
        key_id,
        MATERIAL,
        ExpirationModel="KEY_MATERIAL_EXPIRES",
        ValidTo=aws.clock.now().timestamp() + 3600,
    )

    aws.clock.advance(hours=2)

    assert state(away, key_id) == "PendingImport"
    assert state(kms, key_id) == "Enabled"
