"""Multi-Region keys as far along as a test needs them, made with boto3."""

import functools

import boto3

HOME, AWAY, FAR = "us-east-1", "eu-west-1", "ap-southeast-2"


@functools.cache
def client(region):
    """A KMS client of the Region; one serves all worlds."""
    return boto3.client("kms", region_name=region)


def arn(key_id, region):
    """The ARN of a related key."""
    return f"arn:aws:kms:{region}:123456789012:key/{key_id}"


def new_primary(kms, **members):
    """The id of a new multi-Region key without replicas."""
    return kms.create_key(MultiRegion=True, **members)["KeyMetadata"]["KeyId"]


def new_related(kms, *regions, **members):
    """The id of a new multi-Region key with a replica in each of the Regions."""
    key_id = new_primary(kms, **members)
    for region in regions:
        kms.replicate_key(KeyId=key_id, ReplicaRegion=region)
    return key_id


def metadata(kms, key_id):
    """The key's metadata."""
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def state(kms, key_id):
    """The key's state."""
    return metadata(kms, key_id)["KeyState"]


def configuration(key_id, kind, primary, *replicas):
    """The MultiRegionConfiguration of a key, by the Regions of the related ones."""
    return {
        "MultiRegionKeyType": kind,
        "PrimaryKey": {"Arn": arn(key_id, primary), "Region": primary},
        "ReplicaKeys": [{"Arn": arn(key_id, region), "Region": region} for region in replicas],
    }
