"""`seed`: whatever is called, the same calls get the same bytes.

Calls of both services are drawn from botocore's models, with names out of the answers so far, and
made in one world; then the same are made in another one.
"""

import json
import os
from collections import defaultdict

from botocore_knows import needs
from clients_at_hand import NO_RETRIES, REGION, SESSION
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from model_requests import send, well_formed
from repeatable_story import SINCE

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import service_model

pytestmark = needs("ECC_NIST_EDWARDS25519")

EXAMPLES = int(os.environ.get("KMSMOCK_EXAMPLES", "12"))
CALLS = 14
"""In one run; fewer than there are ready RSA keys of a size."""

CLIENTS = {
    name: SESSION.client(name, region_name=REGION, config=NO_RETRIES)
    for name in ("kms", "cloudhsmv2")
}
OPERATIONS = [
    (name, it) for name in ("kms", "cloudhsmv2") for it in service_model(name).operation_names
]
ALSO = {
    "KeyId": ("TargetKeyId", "SourceKeyId", "DestinationKeyId"),
    "ClusterId": ("CloudHsmClusterId", "ResourceId"),
    "BackupId": ("SourceBackupId", "ResourceId"),
    "BackupArn": ("ResourceArn",),
    "NextMarker": ("Marker",),
}
"""A member of answers -> other members of requests that take its value."""
CHOICES = {
    "AvailabilityZone": ["us-east-1a", "us-east-1b"],
    "DestinationRegion": ["eu-west-1"],
    "GranteePrincipal": ["arn:aws:iam::123456789012:role/App"],
    "EncryptionAlgorithm": ["SYMMETRIC_DEFAULT"],
    "GrantTokens": [[]],
    "HsmType": ["hsm2m.medium"],
    "MacAlgorithm": ["HMAC_SHA_256"],
    "Mode": ["FIPS"],
    "NumberOfBytes": [1, 1024],
    "ReplicaRegion": ["eu-west-1"],
    "SigningAlgorithm": ["RSASSA_PKCS1_V1_5_SHA_256", "ECDSA_SHA_256"],
    "SubnetIds": [["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]],
}
"""Members that would seldom be drawn well."""


def of_the_system(operation, document):
    """Whether the libraries below take something from the system to answer this."""
    names = ("EncryptionAlgorithm", "DestinationEncryptionAlgorithm", "SigningAlgorithm")
    algorithms = [str(document.get(name)) for name in names]
    return operation == "Encapsulate" or any(
        name.startswith(("RSAES_", "RSASSA_PSS", "ML_DSA")) for name in algorithms
    )


class Run:
    """A world with a bit of everything, and the bytes that its clients got.

    Attributes:
        answers: status, headers and body of each.
        values: a member's name -> what the answers had of it, as JSON has it.
    """

    def __init__(self, aws):
        aws.clock.freeze(SINCE)
        self.clock, self.answers = aws.clock, []
        self.values = defaultdict(list, {name: list(of) for name, of in CHOICES.items()})
        aws.key_store("store")
        for wanted in ({}, {"MultiRegion": True}, {"Origin": "EXTERNAL"}):
            self.call("kms", "CreateKey", wanted)
        for spec, usage in (("ECC_NIST_P256", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")):
            self.call("kms", "CreateKey", {"KeySpec": spec, "KeyUsage": usage})
        self.call(
            "kms", "CreateAlias", {"AliasName": "alias/a", "TargetKeyId": self.values["KeyId"][0]}
        )
        self.call("kms", "DescribeCustomKeyStores", {})
        self.call("cloudhsmv2", "DescribeClusters", {})
        self.call("cloudhsmv2", "DescribeBackups", {})

    def call(self, service, operation, document, days=0):
        """Let some days pass, and make a call."""
        self.clock.advance(days=days)
        client = CLIENTS[service]
        client.meta.events.register("before-parse", self._note)
        send(client, operation, document)
        client.meta.events.unregister("before-parse", self._note)

    def _note(self, response_dict, **_others):
        headers = sorted(response_dict["headers"].items())
        self.answers.append((response_dict["status_code"], headers, response_dict["body"]))
        if response_dict["status_code"] == 200 and response_dict["body"]:
            self._keep(json.loads(response_dict["body"]))

    def _keep(self, value):
        for name, member in value.items() if isinstance(value, dict) else ():
            if isinstance(member, str):
                for other in (name, *ALSO.get(name, ())):
                    self.values[other].append(member)
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, (dict, list)):
                self._keep(inner)


def run(seed, next_call):
    """Make calls in a new world; give all answers, and the events that tell of them."""
    with mock_kms_cloudhsm(region=REGION, seed=seed) as aws:
        running = Run(aws)
        for place in range(CALLS):
            running.call(*next_call(running, place))
        return running.answers, list(aws.events)


@given(data=st.data(), seed=st.one_of(st.integers(), st.text(), st.binary()))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="KMSMOCK_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_same_seed_and_calls_give_the_same_bytes(data, seed):
    """Refusals, headers and the work of passing days included."""
    calls = []
    operations = data.draw(st.permutations(OPERATIONS))

    def draw(running, place):
        service, operation = operations[place]
        shape = service_model(service).operation_model(operation).input_shape
        document = data.draw(well_formed(shape, running.values)) if shape else {}
        if data.draw(st.booleans()):
            document = {name: document[name] for name in shape.required_members} if shape else {}
        assume(not of_the_system(operation, document))
        calls.append((service, operation, document, data.draw(st.sampled_from((0, 0, 0, 1, 40)))))
        return calls[-1]

    assert run(seed, draw) == run(seed, lambda _running, place: calls[place])
