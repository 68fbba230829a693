"""What tests of rotation look at."""

import datetime as dt

from imports import metadata


def status(kms, key_id):
    """GetKeyRotationStatus, less what every answer has."""
    reply = kms.get_key_rotation_status(KeyId=key_id)
    return {name: value for name, value in reply.items() if name != "ResponseMetadata"}


def days_until_rotation(aws, kms, key_id):
    """Whole days, to the nearest, until the next rotation."""
    return round((status(kms, key_id)["NextRotationDate"] - aws.clock.now()) / dt.timedelta(days=1))


def material_id(kms, key_id):
    """The id of the current material."""
    return metadata(kms, key_id)["CurrentKeyMaterialId"]
