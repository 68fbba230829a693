"""ListKeyRotations: the materials of a key, and how they came to be current."""

import datetime as dt

import pytest
from expect import refused
from imports import metadata

EVERYTHING = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"}


@pytest.fixture
def rotated(aws, kms, key_id):
    """A key with two rotations: one by the clock, one on demand."""
    kms.enable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=365)
    kms.rotate_key_on_demand(KeyId=key_id)
    return key_id


def ids(reply):
    """The materials of a reply."""
    return [entry["KeyMaterialId"] for entry in reply["Rotations"]]


def test_key_that_never_rotated_lists_nothing(kms, key_id):
    """The first material is no rotation."""
    reply = kms.list_key_rotations(KeyId=key_id)

    assert (reply["Rotations"], reply["Truncated"]) == ([], False)
    assert "NextMarker" not in reply


def test_all_key_material_has_the_first_too(kms, key_id):
    """ALL_KEY_MATERIAL gives the first material, without date and type of a rotation."""
    found = metadata(kms, key_id)

    (entry,) = kms.list_key_rotations(KeyId=key_id, **EVERYTHING)["Rotations"]

    assert entry == {
        "KeyId": found["Arn"],
        "KeyMaterialId": found["CurrentKeyMaterialId"],
        "KeyMaterialState": "CURRENT",
    }


def test_rotations_come_with_date_and_type(aws, kms, rotated):
    """Each rotation, oldest first, tells when and how; the last material is the current one."""
    older, newer = kms.list_key_rotations(KeyId=rotated)["Rotations"]

    now = aws.clock.now()
    dates = [entry.pop("RotationDate") for entry in (older, newer)]
    assert all(now - dt.timedelta(minutes=1) < date <= now for date in dates)
    assert (older["KeyMaterialState"], older["RotationType"]) == ("NON_CURRENT", "AUTOMATIC")
    found = metadata(kms, rotated)
    assert newer == {
        "KeyId": found["Arn"],
        "KeyMaterialId": found["CurrentKeyMaterialId"],
        "KeyMaterialState": "CURRENT",
        "RotationType": "ON_DEMAND",
    }


def test_rotations_only_is_the_default(kms, rotated):
    """ROTATIONS_ONLY leaves the first material out, as does saying nothing."""
    default = kms.list_key_rotations(KeyId=rotated)
    rotations = kms.list_key_rotations(KeyId=rotated, IncludeKeyMaterial="ROTATIONS_ONLY")
    everything = kms.list_key_rotations(KeyId=rotated, **EVERYTHING)

    assert ids(default) == ids(rotations) == ids(everything)[1:]


@pytest.mark.parametrize("mode", [{}, EVERYTHING])
def test_pages_put_together_are_the_list(kms, key_id, mode):
    """Limit and Marker go through the list without a gap or a repetition."""
    for _ in range(5):
        kms.rotate_key_on_demand(KeyId=key_id)
    whole = ids(kms.list_key_rotations(KeyId=key_id, **mode))

    pages = kms.get_paginator("list_key_rotations").paginate(
        KeyId=key_id, PaginationConfig={"PageSize": 2}, **mode
    )

    sizes, seen = zip(*((len(ids(page)), ids(page)) for page in pages), strict=True)
    assert [material for page in seen for material in page] == whole
    assert all(size == 2 for size in sizes[:-1])


def test_page_goes_on_where_it_stopped_after_another_rotation(kms, rotated):
    """Material that comes between two pages is on the second."""
    first = kms.list_key_rotations(KeyId=rotated, Limit=1)
    kms.rotate_key_on_demand(KeyId=rotated)

    second = kms.list_key_rotations(KeyId=rotated, Marker=first["NextMarker"])

    assert first["Truncated"]
    assert ids(first) + ids(second) == ids(kms.list_key_rotations(KeyId=rotated))


def test_marker_that_no_page_gave_is_refused(kms, rotated):
    """A made-up marker is invalid."""
    with refused("InvalidMarkerException"):
        kms.list_key_rotations(KeyId=rotated, Marker="made-up")


@pytest.mark.parametrize("mode", [{}, EVERYTHING])
@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
def test_only_symmetric_keys_have_a_list(kms, spec, usage, mode):
    """Asymmetric and HMAC keys have no rotations to list."""
    key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]

    with refused("UnsupportedOperationException"):
        kms.list_key_rotations(KeyId=key_id, **mode)


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_list_is_there_in_every_state(kms, rotated, state):
    """A key that cannot be used still tells its rotations."""
    if state == "Disabled":
        kms.disable_key(KeyId=rotated)
    else:
        kms.schedule_key_deletion(KeyId=rotated)

    assert len(ids(kms.list_key_rotations(KeyId=rotated))) == 2
