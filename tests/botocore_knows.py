"""What the installed botocore's model of KMS knows: the oldest supported one lacks some of it."""

import re
from functools import cache

import boto3
import pytest


@cache
def names():
    """The operations, the values of enums, and the members that a request may leave out."""
    credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "s"}
    model = boto3.Session().client("kms", region_name="us-east-1", **credentials).meta.service_model
    known = set(model.operation_names)
    for name in model.shape_names:
        shape = model.shape_for(name)
        known.update(getattr(shape, "enum", ()))
        if shape.type_name == "structure":
            known.update(
                f"{name}.{member}" for member in shape.members.keys() - shape.required_members
            )
    return known


def needs(name):
    """Mark tests that only a botocore which knows this name can send."""
    return pytest.mark.skipif(name not in names(), reason=f"botocore does not know {name}")


NEWER = {
    "ECC_NIST_EDWARDS25519",
    "ED25519_PH_SHA_512",
    "ED25519_SHA_512",
    "Decapsulate",
    "Encapsulate",
    "GetKeyLastUsage",
}
"""Names in the rows of tables; a row about one that botocore does not know is skipped."""


def skip_rows(items):
    """Skip the rows about something that the installed botocore does not know."""
    lacking = NEWER - names()
    for item in items if lacking else ():
        for name in sorted(lacking.intersection(re.findall(r"\w+", item.name))):
            item.add_marker(needs(name))
