"""Whatever a client sends: a success that fits the model, or an error that changes nothing.

Requests are built from botocore's model, with ids, ciphertexts and tokens from a world that has a
bit of everything. Some are spoiled at one place, and sent past botocore's own checks.
"""

import os

import pytest
from description import describe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from key_situations import AWAY, HOME, PEER_PUBLIC, Situation, client_in
from model_requests import ILL_FORMED, as_json, send, well_formed

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import service_model

MODEL = service_model("kms")
COMMON = {
    "AccessDeniedException",
    "NotAuthorizedException",  # for aliases that are AWS's own (kms-operations.md, 1)
    "SerializationException",
    "ValidationException",
}
"""Errors that no operation declares."""

ROLE = "arn:aws:iam::123456789012:role/App"
KINDS = (
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
)


class Populated:
    """A world with keys of many kinds and states, and what its requests can name.

    Attributes:
        values: the name of a member -> values that are something in this world, or nearly are.
    """

    def __init__(self, aws):
        self.aws, self.kms = aws, client_in(HOME)
        keys = {
            kind: self._create(KeySpec=kind[0], KeyUsage=kind[1], MultiRegion=kind[0][0] == "S")
            for kind in KINDS
        }
        main = keys[KINDS[0]]
        external = self._create(Origin="EXTERNAL")
        leaving, disabled = self._create(), self._create()
        store = aws.key_store("store")
        in_store = self._create(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id)
        blobs = [
            self.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
            for key in (main, leaving, disabled, in_store)
        ]
        blobs.append(
            self.kms.encrypt(
                KeyId=keys[KINDS[1]], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256"
            )["CiphertextBlob"]
        )
        self.kms.schedule_key_deletion(KeyId=leaving)
        self.kms.disable_key(KeyId=disabled)
        self.kms.create_alias(AliasName="alias/a", TargetKeyId=main)
        self.kms.replicate_key(KeyId=main, ReplicaRegion=AWAY)
        grant = self.kms.create_grant(
            KeyId=main, GranteePrincipal=ROLE, RetiringPrincipal=ROLE, Operations=["Decrypt"]
        )
        token = self.kms.get_parameters_for_import(
            KeyId=external, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )["ImportToken"]
        arn = self.kms.describe_key(KeyId=main)["KeyMetadata"]["Arn"]
        material = self.kms.describe_key(KeyId=main)["KeyMetadata"]["CurrentKeyMaterialId"]
        ids = [*keys.values(), external, leaving, disabled, in_store]
        names = [
            *ids,
            *ids,
            arn,
            "alias/a",
            "alias/aws/s3",
            "alias/none",
            arn.replace(HOME, AWAY),
            arn.replace("123456789012", "999999999999"),
            "arn:aws:kms:us-east-1:123456789012:alias/a",
            "arn:aws:kms",
            "12345678-1234-1234-1234-123456789012",
            "none",
        ]
        self.values = {
            **dict.fromkeys(("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"), names),
            "AliasName": ["alias/a", "alias/b", "alias/aws/s3", "alias/", "a"],
            "CiphertextBlob": [*blobs, b"none", blobs[0] + b"x", blobs[0][:-1]],
            "CloudHsmClusterId": [store.cluster.cluster_id, "cluster-aaaaaaaaaaa"],
            "CustomKeyStoreId": [store.custom_key_store_id, "cks-1234567890abcdef0"],
            "CustomKeyStoreName": ["store", "another"],
            "GrantId": [grant["GrantId"], "0" * 64, "none"],
            "GrantToken": [grant["GrantToken"], "none"],
            "GranteePrincipal": [ROLE, "123456789012", "none"],
            "RetiringPrincipal": [ROLE, "none"],
            "ImportToken": [token, b"none"],
            "KeyMaterialId": [material, "0" * 64],
            "Mac": [b"none"],
            "Marker": [self.kms.list_keys(Limit=1)["NextMarker"], "none"],
            "Policy": [self.kms.get_key_policy(KeyId=main)["Policy"], "{}", "none", "[]", "1"],
            "PolicyName": ["default", "none"],
            "PublicKey": [PEER_PUBLIC, b"none"],
            "ReplicaRegion": [AWAY, HOME, "ap-southeast-2", "cn-north-1", "nowhere-1"],
            "PrimaryRegion": [AWAY, HOME, "nowhere-1"],
            "SharedSecretCiphertextBlob": [b"none"],
            "Signature": [b"none"],
        }

    def _create(self, **members):
        return self.kms.create_key(**members)["KeyMetadata"]["KeyId"]


@st.composite
def requests(draw, world, operation):
    """A request of an operation, half of the time with something wrong in it."""
    shape = MODEL.operation_model(operation).input_shape
    request = draw(well_formed(shape, world.values)) if shape else {}
    if shape and draw(st.booleans()):
        place = draw(st.sampled_from(sorted(shape.members)))
        if draw(st.booleans()):
            request.pop(place, None)
        elif isinstance(request.get(place), dict) and request[place]:
            request[place][draw(st.sampled_from(sorted(request[place])))] = draw(ILL_FORMED)
        else:
            request[place] = draw(ILL_FORMED)
    return request


def allowed(operation):
    """The codes that an operation may answer."""
    declared = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    return declared | COMMON


OF_A_KEY = [
    name
    for name in MODEL.operation_names
    for shape in [MODEL.operation_model(name).input_shape]
    if shape and {"AliasName", "DestinationKeyId", "KeyId", "TargetKeyId"} & set(shape.members)
]

EXAMPLES = int(os.environ.get("KMSMOCK_EXAMPLES", "6"))
HOW = {
    "max_examples": EXAMPLES,
    "deadline": None,
    "derandomize": "KMSMOCK_EXAMPLES" not in os.environ,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
"""The same few examples in every run, or as many others as the environment asks for."""

PARTS = [MODEL.operation_names[part::4] for part in range(4)]
"""All operations, a quarter at a time: Hypothesis does not draw without end."""


@pytest.mark.parametrize("operations", PARTS, ids=range(4))
@settings(**HOW)
@given(data=st.data())
def test_any_request_is_answered_or_refused_as_a_whole(operations, data):
    """No other error than the operation's own, none of Python's, and no half-done change."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        world = Populated(aws)
        for operation in data.draw(st.permutations(operations)):
            request = data.draw(requests(world, operation))
            world.kms.list_keys(Limit=1)  # what is due is done by whatever call comes next
            before = describe(aws)

            code = send(world.kms, operation, request)

            assert code is None or code in allowed(operation), (operation, request)
            assert code is None or describe(aws) == before, (operation, request, code)


@st.composite
def spoiled(draw, operation, good):
    """A good request with one member altered, left out, ill-formed or of another kind."""
    shape = MODEL.operation_model(operation).input_shape
    request = {name: as_json(value) for name, value in good.items()}
    place = draw(st.sampled_from(sorted(shape.members)))
    value, how = good.get(place), draw(st.sampled_from(["altered", "ill-formed", "kind"]))
    if how == "altered" and isinstance(value, (bytes, str)):
        at = draw(st.integers(0, len(value)))
        inserted = draw(st.binary(max_size=2) if isinstance(value, bytes) else st.text(max_size=2))
        request[place] = as_json(value[:at] + inserted + value[at + draw(st.integers(0, 3)) :])
    elif how == "ill-formed":
        request[place] = draw(ILL_FORMED)
    elif value is not None:
        del request[place]
    else:
        request[place] = draw(well_formed(shape.members[place], {}, place))
    return request


@pytest.mark.parametrize("operation", OF_A_KEY)
@settings(**(HOW | {"max_examples": max(2, EXAMPLES // 5)}))
@given(data=st.data())
def test_a_good_request_with_one_thing_wrong_is_refused_as_a_whole(operation, data):
    """It fails where nothing but the operation itself can see it."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")
        for _ in range(10):
            request = data.draw(spoiled(operation, situation.request))
            situation.client.list_keys(Limit=1)
            before = describe(aws)

            code = send(situation.client, operation, request)

            assert code is None or code in allowed(operation), request
            assert code is None or describe(aws) == before, (request, code)


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_the_builder_of_requests_knows_every_shape(operation):
    """A shape of a new kind fails here."""
    shape = MODEL.operation_model(operation).input_shape

    assert shape is None or well_formed(shape, {}) is not None
