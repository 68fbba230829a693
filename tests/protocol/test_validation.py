"""The model's constraints, and the texts in which AWS tells that they are broken.

Sources: recorded.md section 2, kms-operations.md section 1.1.
"""

import base64
import json
import string
from datetime import datetime, timezone

import boto3
import pytest
from botocore.config import Config
from expect import refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmsmock.errors import SerializationException
from kmsmock.protocol.constraints import ConstraintsViolated
from kmsmock.protocol.json_1_1 import read_body
from kmsmock.protocol.model import SERVICES, operation_model, service_model
from kmsmock.protocol.validation import read_document, read_request

ONE = "1 validation error detected: "
UNCHECKED = Config(parameter_validation=False)


@pytest.fixture
def unchecked(aws):
    """A KMS client that leaves every check to the service."""
    return boto3.client("kms", config=UNCHECKED)


@pytest.fixture
def unchecked_cloudhsm(aws):
    """A CloudHSM v2 client that leaves every check to the service."""
    return boto3.client("cloudhsmv2", config=UNCHECKED)


def failed(path, constraint, value=None):
    """AWS's text for one broken constraint; without a value it is a hidden one."""
    shown = "Value" if value is None else f"Value '{value}'"
    return f"{shown} at '{path}' failed to satisfy constraint: {constraint}"


def tagged(key="k", value="v"):
    return {"Tags": [{"TagKey": key, "TagValue": value}]}


KMS_CONSTRAINTS = {
    "required": (
        "CreateAlias",
        {"AliasName": "alias/a"},
        "Value null at 'targetKeyId' failed to satisfy constraint: Member must not be null",
    ),
    "required, of a list's element": (
        "CreateKey",
        {"Tags": [{"TagKey": "k"}]},
        "Value null at 'tags.1.member.tagValue' failed to satisfy constraint: "
        "Member must not be null",
    ),
    "shortest string": (
        "DescribeKey",
        {"KeyId": ""},
        failed("keyId", "Member must have length greater than or equal to 1", ""),
    ),
    "longest string": (
        "DescribeKey",
        {"KeyId": "k" * 2049},
        failed("keyId", "Member must have length less than or equal to 2048", "k" * 2049),
    ),
    "longest tag key": (
        "CreateKey",
        tagged(key="k" * 129),
        failed(
            "tags.1.member.tagKey", "Member must have length less than or equal to 128", "k" * 129
        ),
    ),
    "longest tag value, of the second tag": (
        "CreateKey",
        {"Tags": [{"TagKey": "a", "TagValue": ""}, {"TagKey": "b", "TagValue": "v" * 257}]},
        failed(
            "tags.2.member.tagValue",
            "Member must have length less than or equal to 256",
            "v" * 257,
        ),
    ),
    "shortest blob": (
        "Encrypt",
        {"KeyId": "k", "Plaintext": b""},
        failed("plaintext", "Member must have length greater than or equal to 1"),
    ),
    "longest blob": (
        "Encrypt",
        {"KeyId": "k", "Plaintext": b"p" * 4097},
        failed("plaintext", "Member must have length less than or equal to 4096"),
    ),
    "longest blob that is not sensitive": (
        "Decrypt",
        {"CiphertextBlob": b"c" * 6145},
        failed("ciphertextBlob", "Member must have length less than or equal to 6144"),
    ),
    "least number": (
        "GenerateRandom",
        {"NumberOfBytes": 0},
        failed("numberOfBytes", "Member must have value greater than or equal to 1", "0"),
    ),
    "greatest number": (
        "GenerateRandom",
        {"NumberOfBytes": 1025},
        failed("numberOfBytes", "Member must have value less than or equal to 1024", "1025"),
    ),
    "pattern": (
        "CreateAlias",
        {"AliasName": "alias/a b", "TargetKeyId": "k"},
        failed(
            "aliasName",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
            "alias/a b",
        ),
    ),
    "pattern, of a whole value with its last newline": (
        "CreateAlias",
        {"AliasName": "alias/a\n", "TargetKeyId": "k"},
        failed(
            "aliasName",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
            "alias/a\n",
        ),
    ),
    "sensitive string": (
        "CreateCustomKeyStore",
        {"CustomKeyStoreName": "s", "KeyStorePassword": "secret"},
        failed("keyStorePassword", "Member must have length greater than or equal to 7"),
    ),
    "sensitive string, nested": (
        "CreateCustomKeyStore",
        {
            "CustomKeyStoreName": "s",
            "XksProxyAuthenticationCredential": {
                "AccessKeyId": "A" * 20,
                "RawSecretAccessKey": "?" * 43,
            },
        },
        failed(
            "xksProxyAuthenticationCredential.rawSecretAccessKey",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\/+=]+$",
        ),
    ),
    "longest list": (
        "Encrypt",
        {"KeyId": "k", "Plaintext": b"p", "GrantTokens": ["t"] * 11},
        failed(
            "grantTokens",
            "Member must have length less than or equal to 10",
            f"[{', '.join('t' * 11)}]",
        ),
    ),
    "element of a plain list": (
        "Encrypt",
        {"KeyId": "k", "Plaintext": b"p", "GrantTokens": ["t", ""]},
        failed(
            "grantTokens",
            "Member must satisfy constraint: [Member must have length greater than or equal to 1]",
            "[t, ]",
        ),
    ),
}

named_kms_constraints = pytest.mark.parametrize(
    ("operation", "request_", "text"), KMS_CONSTRAINTS.values(), ids=KMS_CONSTRAINTS
)


@named_kms_constraints
def test_a_broken_constraint_is_told_in_awss_words(unchecked, operation, request_, text):
    """KMS answers ValidationException and names member, value and constraint."""
    with refused("ValidationException", ONE + text):
        unchecked._make_api_call(operation, request_)


@named_kms_constraints
def test_a_validation_error_has_no_member_of_its_own(unchecked, operation, request_, text):
    """KMS's model does not know ValidationException, so boto3 has Error and nothing beside it."""
    with refused("ValidationException") as refusal:
        unchecked._make_api_call(operation, request_)

    assert set(refusal.response) == {"Error", "ResponseMetadata"}


CLOUDHSM_CONSTRAINTS = {
    "required": (
        "CreateCluster",
        {"HsmType": "hsm2m.medium"},
        "Value null at 'subnetIds' failed to satisfy constraint: Member must not be null",
    ),
    "pattern": (
        "CreateHsm",
        {"ClusterId": "cluster-1", "AvailabilityZone": "us-east-1a"},
        failed(
            "clusterId",
            "Member must satisfy regular expression pattern: cluster-[2-7a-zA-Z]{11,16}",
            "cluster-1",
        ),
    ),
    "pattern, of the elements of a list": (
        "CreateCluster",
        {"HsmType": "hsm2m.medium", "SubnetIds": ["subnet-0123456789abcdef0", "x"]},
        failed(
            "subnetIds",
            "Member must satisfy constraint: [Member must satisfy regular expression pattern: "
            "subnet-[0-9a-fA-F]{8,17}]",
            "[subnet-0123456789abcdef0, x]",
        ),
    ),
    "shortest list": (
        "CreateCluster",
        {"HsmType": "hsm2m.medium", "SubnetIds": []},
        failed("subnetIds", "Member must have length greater than or equal to 1", "[]"),
    ),
    "key of a map": (
        "DescribeClusters",
        {"Filters": {"cluster ids": ["a"]}},
        failed(
            "filters",
            "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
            "[a-zA-Z0-9_-]+]",
            "{cluster ids=[a]}",
        ),
    ),
    "longest map": (
        "DescribeClusters",
        {"Filters": {f"f{number}": [] for number in range(31)}},
        failed(
            "filters",
            "Member must have length less than or equal to 30",
            "{" + ", ".join(f"f{number}=[]" for number in range(31)) + "}",
        ),
    ),
    "pattern with Unicode's classes": (
        "CreateCluster",
        {
            "HsmType": "hsm2m.medium",
            "SubnetIds": ["subnet-0123456789abcdef0"],
            "TagList": [{"Key": "a*", "Value": ""}],
        },
        failed(
            "tagList.1.member.key",
            "Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$",
            "a*",
        ),
    ),
}


@pytest.mark.parametrize(
    ("operation", "request_", "text"), CLOUDHSM_CONSTRAINTS.values(), ids=CLOUDHSM_CONSTRAINTS
)
def test_cloudhsm_tells_a_broken_constraint_under_its_own_error(
    unchecked_cloudhsm, operation, request_, text
):
    """CloudHSM v2 answers CloudHsmInvalidRequestException with the same texts."""
    with refused("CloudHsmInvalidRequestException", ONE + text):
        unchecked_cloudhsm._make_api_call(operation, request_)


@pytest.mark.parametrize(
    ("operation", "member", "request_"),
    [
        ("CreateKey", "KeySpec", {}),
        ("CreateKey", "KeyUsage", {}),
        ("GenerateMac", "MacAlgorithm", {"KeyId": "k", "Message": "bQ=="}),
        ("DeriveSharedSecret", "KeyAgreementAlgorithm", {"KeyId": "k", "PublicKey": "cA=="}),
    ],
)
def test_an_unknown_enum_value_is_told_with_the_set(operation, member, request_):
    """The set stands in brackets, comma and space between, without quotes; its order is AWS's."""
    model = operation_model("kms", operation)

    with pytest.raises(ConstraintsViolated) as caught:
        read_request(model, {**request_, member: "NONE"})

    path = member[:1].lower() + member[1:]
    text, _, values = str(caught.value).partition("[")
    assert text == ONE + failed(path, "Member must satisfy enum value set: ", "NONE")
    assert set(values.removesuffix("]").split(", ")) == set(model.input_shape.members[member].enum)


def test_an_unknown_enum_value_is_refused_on_the_wire(kms):
    """The client lets every string through as an enum's value; KMS does not."""
    with refused("ValidationException") as refusal:
        kms.create_key(KeyUsage="CODE_SIGNING")

    assert refusal.message.startswith(
        "1 validation error detected: Value 'CODE_SIGNING' at 'keyUsage' failed to satisfy "
        "constraint: Member must satisfy enum value set: ["
    )
    assert refusal.message.endswith("]")


def test_several_violations_are_told_in_one_message(unchecked):
    """Their number comes first, a semicolon and a space between them."""
    message = "2 validation errors detected: " + "; ".join(
        [
            failed("keyId", "Member must have length greater than or equal to 1", ""),
            failed("plaintext", "Member must have length greater than or equal to 1"),
        ]
    )

    with refused("ValidationException", message):
        unchecked.encrypt(KeyId="", Plaintext=b"")


def test_one_value_can_break_two_constraints(unchecked):
    """Each of them counts."""
    long_name = "?" * 257
    pattern = "^[a-zA-Z0-9:/_-]+$"
    message = "2 validation errors detected: " + "; ".join(
        [
            failed("aliasName", "Member must have length less than or equal to 256", long_name),
            failed(
                "aliasName",
                f"Member must satisfy regular expression pattern: {pattern}",
                long_name,
            ),
        ]
    )

    with refused("ValidationException", message):
        unchecked.create_alias(AliasName=long_name, TargetKeyId="k")


def test_the_values_of_a_map_are_told_together():
    """A map has one text for its values; only answers of the two services have such a map."""
    shape = operation_model("cloudhsmv2", "DescribeClusters").output_shape
    cluster = {"SubnetMapping": {"us-east-1a": "x", "us-east-1b": "subnet-0123456789abcdef0"}}

    _values, violations = read_document(shape, {"Clusters": [cluster]})

    assert violations == [
        failed(
            "clusters.1.member.subnetMapping",
            "Map value must satisfy constraint: [Member must satisfy regular expression pattern: "
            "subnet-[0-9a-fA-F]{8,17}]",
            "{us-east-1a=x, us-east-1b=subnet-0123456789abcdef0}",
        )
    ]


def test_unknown_members_are_ignored():
    """A member that the shape does not have reaches no operation, however malformed."""
    request = read_request(
        operation_model("kms", "GenerateRandom"), {"NumberOfBytes": 8, "Colour": {"a": [None]}}
    )

    assert request == {"NumberOfBytes": 8}


def test_null_members_are_as_if_left_out():
    """JSON's null is no value."""
    request = read_request(
        operation_model("kms", "GenerateRandom"), {"NumberOfBytes": 8, "CustomKeyStoreId": None}
    )

    assert request == {"NumberOfBytes": 8}


def test_a_required_member_that_is_null_is_missing():
    """Null does not fill a required member."""
    with pytest.raises(ConstraintsViolated, match="^1 validation error detected: Value null at"):
        read_request(operation_model("kms", "DescribeKey"), {"KeyId": None})


def test_blobs_become_bytes_and_times_become_datetimes():
    """Nobody behind the walker sees base64 or epoch seconds."""
    request = read_request(
        operation_model("kms", "ImportKeyMaterial"),
        {
            "KeyId": "k",
            "ImportToken": "AAE=",
            "EncryptedKeyMaterial": "/w==",
            "ValidTo": 1700000000.25,
        },
    )

    assert request == {
        "KeyId": "k",
        "ImportToken": b"\0\1",
        "EncryptedKeyMaterial": b"\xff",
        "ValidTo": datetime(2023, 11, 14, 22, 13, 20, 250_000, timezone.utc),
    }


def test_the_tag_pattern_takes_the_letters_of_every_script():
    """Letters, digits and separators are Unicode's, as in Java."""
    document = {
        "ResourceId": "cluster-abcdefghijk",
        "TagList": [{"Key": "größe\u00a0長さ٣", "Value": "a b+c@d"}],
    }

    request = read_request(operation_model("cloudhsmv2", "TagResource"), document)

    assert request == document


WRONG_TYPES = {
    "string for an integer": ("GenerateRandom", {"NumberOfBytes": "8"}),
    "float for an integer": ("GenerateRandom", {"NumberOfBytes": 8.5}),
    "boolean for an integer": ("GenerateRandom", {"NumberOfBytes": True}),
    "number for a string": ("DescribeKey", {"KeyId": 5}),
    "list for a string": ("DescribeKey", {"KeyId": ["k"]}),
    "structure for a string": ("DescribeKey", {"KeyId": {}}),
    "string for a boolean": ("CreateKey", {"MultiRegion": "true"}),
    "number for a boolean": ("CreateKey", {"MultiRegion": 1}),
    "string for a list": ("CreateKey", {"Tags": "k"}),
    "structure for a list": ("CreateKey", {"Tags": {}}),
    "string for a structure": ("CreateKey", {"Tags": ["k"]}),
    "null in a list": ("CreateKey", {"Tags": [None]}),
    "list for a map": ("Encrypt", {"KeyId": "k", "Plaintext": "cA==", "EncryptionContext": []}),
    "null in a map": (
        "Encrypt",
        {"KeyId": "k", "Plaintext": "cA==", "EncryptionContext": {"k": None}},
    ),
    "number for a blob": ("Encrypt", {"KeyId": "k", "Plaintext": 5}),
    "no base64 for a blob": ("Encrypt", {"KeyId": "k", "Plaintext": "p"}),
    "letters outside ASCII for a blob": ("Encrypt", {"KeyId": "k", "Plaintext": "é==="}),
    "string for a time": ("ImportKeyMaterial", {"ValidTo": "2023-11-14T22:13:20Z"}),
    "boolean for a time": ("ImportKeyMaterial", {"ValidTo": True}),
    "a time that is no number": ("ImportKeyMaterial", {"ValidTo": float("nan")}),
    "a time without end": ("ImportKeyMaterial", {"ValidTo": float("inf")}),
    "a time past all calendars": ("ImportKeyMaterial", {"ValidTo": 10**400}),
    "a time before all calendars": ("ImportKeyMaterial", {"ValidTo": -1e18}),
    "an infinite number": ("GenerateRandom", {"NumberOfBytes": float("-inf")}),
}


@pytest.mark.parametrize(("operation", "document"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_another_type_cannot_be_deserialized(operation, document):
    """A member of another JSON type is SerializationException, not a broken constraint."""
    with pytest.raises(SerializationException):
        read_request(operation_model("kms", operation), document)


@pytest.mark.parametrize(("value", "found"), [("8", "STRING_VALUE"), (True, "TRUE_VALUE")])
def test_a_wrong_type_is_told_on_the_wire(unchecked, value, found):
    """The error says what was found and what was wanted."""
    message = f"{found} can not be converted to an Integer"

    with refused("SerializationException", message):
        unchecked.list_keys(Limit=value)


BODIES = {
    "no JSON": b"{",
    "nothing but a word": b"hello",
    "a list": b"[]",
    "a string": b'"a"',
    "null": b"null",
    "not a number": b'{"NumberOfBytes": NaN}',
    "infinity": b'{"NumberOfBytes": -Infinity}',
    "two documents": b"{}{}",
    "UTF-16": '{"KeyId": "k"}'.encode("utf-16"),
    "broken UTF-8": b'{"KeyId": "\xff"}',
    "half of a character": b'{"KeyId": "\\ud83d"}',
    "half of a character, in UTF-8's form": b'{"KeyId": "\xed\xa0\xbd"}',
    "too many digits": b'{"NumberOfBytes": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_json_object_is_refused(body):
    """Whatever is not one JSON object in UTF-8 is SerializationException."""
    with pytest.raises(SerializationException):
        read_body(body)


def test_an_empty_body_is_an_empty_request():
    """An operation without members may be called with no body at all."""
    assert read_body(b"") == {}


def test_an_escaped_character_of_two_halves_is_read():
    """JSON writes characters beyond the basic plane as two escapes, botocore too."""
    assert read_body(b'{"KeyId": "\\ud83d\\ude00"}') == {"KeyId": "\U0001f600"}


@pytest.mark.parametrize("depth", [1_000, 100_000])
@pytest.mark.parametrize(
    "document",
    ['{"Colour": %s}', '{"KeyId": %s}', '{"KeyId": "k", "GrantTokens": [%s]}'],
)
def test_deep_nesting_is_no_accident(document, depth):
    """A member nested a thousand deep, or more, is ignored or refused like any other."""
    body = (document % ("[" * depth + "]" * depth)).encode()

    with pytest.raises((SerializationException, ConstraintsViolated)):
        read_request(operation_model("kms", "DescribeKey"), read_body(body))


def test_a_long_list_of_nested_junk_is_refused():
    """The text about a list does not show what its elements should not hold."""
    deep = json.loads("[" * 500 + "]" * 500)
    tags = [{"Key": "k", "Value": "v", "Colour": deep}] * 51

    with pytest.raises(ConstraintsViolated) as caught:
        read_request(
            operation_model("cloudhsmv2", "TagResource"),
            {"ResourceId": "cluster-abcdefghijk", "TagList": tags},
        )

    assert "[[" not in str(caught.value)


@pytest.mark.parametrize("service", SERVICES)
def test_every_shape_of_the_model_can_be_read(service):
    """Each operation's request compiles: types, patterns, enums, with no exception of ours."""
    model = service_model(service)

    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        _values, violations = read_document(shape, _full(shape))
        assert isinstance(violations, list)


def _full(shape):
    """A document in which every member of a shape is there, nested ones as well."""
    kind = shape.type_name
    if kind == "structure":
        return {name: _full(member) for name, member in shape.members.items()}
    if kind == "list":
        return [_full(shape.member)]
    if kind == "map":
        return {"k": _full(shape.value)}
    return {"blob": "cA==", "integer": 1, "boolean": True, "timestamp": 0}.get(kind, "text")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


def near(shape):
    """Values of a shape's own type, so that the deeper readers are reached."""
    kind = shape.type_name
    if kind == "structure":
        return st.fixed_dictionaries(
            {}, optional={name: near(member) for name, member in shape.members.items()}
        )
    if kind == "list":
        return st.lists(near(shape.member) | json_values, max_size=3)
    if kind == "map":
        return st.dictionaries(st.text(), near(shape.value) | json_values, max_size=3)
    plain = {
        "blob": st.binary().map(lambda value: base64.b64encode(value).decode()),
        "integer": st.integers(),
        "boolean": st.booleans(),
        "timestamp": st.floats() | st.integers(),
    }
    return plain.get(kind, st.text(string.printable)) | json_values


however_slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

OPERATIONS = [
    ("kms", "CreateKey"),
    ("kms", "Encrypt"),
    ("kms", "CreateGrant"),
    ("kms", "ImportKeyMaterial"),
    ("kms", "CreateCustomKeyStore"),
    ("cloudhsmv2", "CreateCluster"),
    ("cloudhsmv2", "DescribeClusters"),
    ("cloudhsmv2", "TagResource"),
]


@however_slow
@given(st.data())
def test_no_json_is_an_accident(data):
    """Arbitrary members are read, refused as another type, or told as broken constraints."""
    model = operation_model(*data.draw(st.sampled_from(OPERATIONS)))
    document = data.draw(near(model.input_shape))

    try:
        request = read_request(model, document)
    except (SerializationException, ConstraintsViolated):
        return
    assert set(request) <= set(model.input_shape.members)


@however_slow
@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_body_is_an_accident(body):
    """Arbitrary bytes are a JSON object or SerializationException."""
    try:
        document = read_body(body)
    except SerializationException:
        return
    assert isinstance(document, dict)
    json.dumps(document, ensure_ascii=False).encode()
