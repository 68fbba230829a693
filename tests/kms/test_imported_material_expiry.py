"""ExpirationModel and ValidTo: key material that KMS deletes when its time is over."""

import datetime as dt

import pytest
from expect import refused
from imports import MATERIAL, external_key, import_material, import_new, metadata

EXPIRES = "KEY_MATERIAL_EXPIRES"
NEVER = "KEY_MATERIAL_DOES_NOT_EXPIRE"


@pytest.fixture
def key_id(kms):
    """A symmetric key that awaits its material."""
    return external_key(kms)


@pytest.fixture
def days_ahead(aws):
    """Gives the time so many days after the test's begin, in whole seconds."""
    begin = aws.clock.now().replace(microsecond=0)
    return lambda days: begin + dt.timedelta(days=days)


def test_material_expires_by_default(kms, key_id):
    """Without ExpirationModel a ValidTo is missed."""
    text = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"

    with refused("ValidationException", text):
        import_material(kms, key_id, ExpirationModel=EXPIRES)


def test_expiry_stands_in_the_metadata(kms, key_id, days_ahead):
    """A ValidTo alone makes material expire; the metadata tells when."""
    import_material(kms, key_id, ValidTo=days_ahead(30))

    found = metadata(kms, key_id)
    assert (found["ExpirationModel"], found["ValidTo"]) == (EXPIRES, days_ahead(30))


def test_material_that_never_expires_takes_no_date(kms, key_id, days_ahead):
    """KEY_MATERIAL_DOES_NOT_EXPIRE and ValidTo exclude each other."""
    with refused("ValidationException"):
        import_material(kms, key_id, ExpirationModel=NEVER, ValidTo=days_ahead(30))


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_expiry_is_within_a_year_from_now(kms, key_id, days_ahead, days):
    """ValidTo is in the future, and at most 365 days ahead."""
    with refused("ValidationException"):
        import_material(kms, key_id, ValidTo=days_ahead(days))


def test_material_may_last_for_365_days(kms, key_id, days_ahead):
    """ValidTo may be 365 days ahead."""
    import_material(kms, key_id, ValidTo=days_ahead(365))

    assert metadata(kms, key_id)["KeyState"] == "Enabled"


def test_expired_material_is_gone(aws, kms, key_id, days_ahead):
    """At ValidTo the key begins to await its material, as after a deletion."""
    import_material(kms, key_id, ValidTo=days_ahead(30))

    aws.clock.advance(days=30)

    found = metadata(kms, key_id)
    assert (found["KeyState"], found["Enabled"]) == ("PendingImport", False)
    assert not {"ExpirationModel", "ValidTo"} & {*found}
    assert found["CurrentKeyMaterialId"]


def test_material_is_there_until_it_expires(aws, kms, key_id, days_ahead):
    """A minute before ValidTo the key is Enabled."""
    import_material(kms, key_id, ValidTo=days_ahead(30))

    aws.clock.advance(days=29, hours=23, minutes=59)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"


def test_expired_material_may_come_back(aws, kms, key_id, days_ahead):
    """The same material reads what was encrypted before it expired."""
    import_material(kms, key_id, ValidTo=days_ahead(30))
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    aws.clock.advance(days=31)

    import_material(kms, key_id)

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


@pytest.mark.parametrize("days", [None, 60])
def test_import_again_puts_the_expiry_off(aws, kms, key_id, days_ahead, days):
    """Material that comes again expires at its new time, or never, and not at its old one."""
    import_material(kms, key_id, ValidTo=days_ahead(30))
    import_material(kms, key_id, **({} if days is None else {"ValidTo": days_ahead(days)}))

    aws.clock.advance(days=31)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"


def test_import_again_may_bring_the_expiry_forward(aws, kms, key_id, days_ahead):
    """The last import's date counts, an earlier one too."""
    import_material(kms, key_id, ValidTo=days_ahead(30))
    import_material(kms, key_id, ValidTo=days_ahead(10))

    aws.clock.advance(days=11)

    assert metadata(kms, key_id)["KeyState"] == "PendingImport"


def test_deletion_ends_the_expiry(aws, kms, key_id, days_ahead):
    """Material that was deleted and came back does not expire at its first date."""
    import_material(kms, key_id, ValidTo=days_ahead(30))
    kms.delete_imported_key_material(KeyId=key_id)
    import_material(kms, key_id)

    aws.clock.advance(days=31)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"


def test_key_that_is_leaving_stays_so_when_its_material_expires(aws, kms, key_id, days_ahead):
    """Expiry does not change PendingDeletion."""
    import_material(kms, key_id, ValidTo=days_ahead(5))
    kms.schedule_key_deletion(KeyId=key_id)

    aws.clock.advance(days=6)

    found = metadata(kms, key_id)
    assert found["KeyState"] == "PendingDeletion"
    assert "ExpirationModel" not in found


def test_expiry_outlives_the_key(aws, kms, key_id, days_ahead):
    """Material of a key that is gone by then expires without a trace."""
    import_material(kms, key_id, ValidTo=days_ahead(30))
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    aws.clock.advance(days=31)

    with refused("NotFoundException"):
        metadata(kms, key_id)


def test_metadata_tell_the_earliest_expiry(kms, key_id, days_ahead):
    """Of several materials the first that expires counts, and those that wait do not."""
    import_material(kms, key_id, ValidTo=days_ahead(30))
    import_new(kms, key_id, bytes(32), ValidTo=days_ahead(20))
    before = metadata(kms, key_id)["ValidTo"]

    kms.rotate_key_on_demand(KeyId=key_id)

    assert (before, metadata(kms, key_id)["ValidTo"]) == (days_ahead(30), days_ahead(20))


def test_key_awaits_an_old_material_that_expired(aws, kms, key_id, days_ahead):
    """A key needs all its materials, not just the current one."""
    import_material(kms, key_id, MATERIAL, ValidTo=days_ahead(30))
    import_new(kms, key_id, bytes(32))
    kms.rotate_key_on_demand(KeyId=key_id)

    aws.clock.advance(days=31)

    assert metadata(kms, key_id)["KeyState"] == "PendingImport"


def test_material_that_waits_expires_without_harm(aws, kms, key_id, days_ahead):
    """Expired material that waited for its rotation leaves the key as it was."""
    arn = metadata(kms, key_id)["Arn"]
    import_material(kms, key_id)
    import_new(kms, key_id, bytes(32), ValidTo=days_ahead(5))

    aws.clock.advance(days=6)

    assert metadata(kms, key_id)["KeyState"] == "Enabled"
    text = f"No available key material pending rotation for the key: {arn}."
    with refused("KMSInvalidStateException", text):
        kms.rotate_key_on_demand(KeyId=key_id)
