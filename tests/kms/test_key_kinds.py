"""The table of key_kinds.py is whole: what it lacks, KMS lacks."""

import pytest
from botocore.exceptions import ClientError
from key_kinds import ALGORITHM_MEMBERS, KINDS, MODEL, PAIR_SPECS, client_for, marks

SPECS = [pytest.param(spec, marks=marks(spec)) for spec in MODEL.shape_for("KeySpec").enum]
USAGES = MODEL.shape_for("KeyUsageType").enum


def algorithms_of_new_key(spec, usage):
    """What KMS says that a key can do; nothing where it makes no such key."""
    try:
        metadata = client_for(spec).create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    except ClientError:
        return []
    return metadata[ALGORITHM_MEMBERS[usage]]


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize("spec", SPECS)
def test_every_key_that_can_be_made_is_in_the_table(aws, spec, usage):
    """Every KeySpec and KeyUsage of botocore's model, with the algorithms that KMS lists."""
    listed = algorithms_of_new_key(spec, usage)

    assert set(listed) == {
        kind.algorithm for kind in KINDS if (kind.spec, kind.usage) == (spec, usage)
    }


@pytest.mark.parametrize(
    ("shape", "known"),
    [
        ("SigningAlgorithmSpec", {kind.algorithm for kind in KINDS if kind.message_type}),
        ("MessageType", {kind.message_type for kind in KINDS if kind.message_type}),
        ("DataKeyPairSpec", set(PAIR_SPECS)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_word_of_the_model_is_in_the_table(shape, known):
    """A new algorithm, message type or pair spec of botocore's shows here first."""
    assert set(MODEL.shape_for(shape).enum) <= known


@pytest.mark.parametrize("spec", ["RSA_2048", "HMAC_256"])
def test_only_symmetric_encryption_keys_tell_their_material(kms, spec):
    """CurrentKeyMaterialId is of keys whose material may be changed by a rotation."""
    usage = "SIGN_VERIFY" if spec == "RSA_2048" else "GENERATE_VERIFY_MAC"

    made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]

    assert "CurrentKeyMaterialId" not in made
