"""What an attacker would send: cut off, altered, or of somebody else.

A clear refusal each time, no exception of Python's, and nothing changed. Certificates, tokens,
documents and policies are those of a world in which they are good until they are spoilt.
"""

import base64

import cbor2
import pytest
from attestation import ENCLAVE, HSM, document, spki
from clusters import described, signed
from description import describe
from imports import parameters, wrap
from model_requests import as_json
from odd_http import flipped
from populated_world import allowed

OAEP = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
MANY = 200
"""So many places of a long input are tried."""


def good(operation, place=0, service="kms"):
    """Give a request that succeeds in the world, as JSON has it."""
    return lambda world: world.good[service, operation][place]


def of_blob(place):
    """Decryption of one of the world's ciphertexts."""
    return lambda world: {"CiphertextBlob": world.values["kms"]["CiphertextBlob"][place]}


def for_enclave(world):
    """A request whose answer is for an enclave."""
    shown = OAEP | {"AttestationDocument": as_json(document())}
    return world.good["kms", "GenerateRandom"][0] | {"Recipient": shown}


INPUTS = {
    "ciphertext": ("Decrypt", good("Decrypt"), "CiphertextBlob"),
    "ciphertext of imported material": ("Decrypt", of_blob(1), "CiphertextBlob"),
    "ciphertext of a CloudHSM key store": ("Decrypt", of_blob(4), "CiphertextBlob"),
    "ciphertext of an external key store": ("Decrypt", of_blob(5), "CiphertextBlob"),
    "ciphertext of RSA": ("Decrypt", good("Decrypt", 1), "CiphertextBlob"),
    "ciphertext to encrypt anew": ("ReEncrypt", good("ReEncrypt"), "CiphertextBlob"),
    "import token": ("ImportKeyMaterial", good("ImportKeyMaterial"), "ImportToken"),
    "material": ("ImportKeyMaterial", good("ImportKeyMaterial"), "EncryptedKeyMaterial"),
    "signature of ECDSA": ("Verify", good("Verify"), "Signature"),
    "signature of PSS": ("Verify", good("Verify", 1), "Signature"),
    "MAC": ("VerifyMac", good("VerifyMac"), "Mac"),
    "public key": ("DeriveSharedSecret", good("DeriveSharedSecret"), "PublicKey"),
    "attestation document": ("GenerateRandom", for_enclave, "Recipient"),
    "grant token": ("RetireGrant", good("RetireGrant", 1), "GrantToken"),
    "key policy": ("PutKeyPolicy", good("PutKeyPolicy"), "Policy"),
    "certificate of a key store": (
        "CreateCustomKeyStore",
        good("CreateCustomKeyStore"),
        "TrustAnchorCertificate",
    ),
    "certificate of a cluster": (
        "InitializeCluster",
        good("InitializeCluster", service="cloudhsmv2"),
        "SignedCert",
    ),
    "certificate of its owner": (
        "InitializeCluster",
        good("InitializeCluster", service="cloudhsmv2"),
        "TrustAnchor",
    ),
    "policy of a backup": (
        "PutResourcePolicy",
        good("PutResourcePolicy", service="cloudhsmv2"),
        "Policy",
    ),
}
"""What -> operation, a good request, and the member that is spoilt."""

AS_GOOD = {
    "attestation document",  # its unprotected header is nobody's
    "certificate of a key store",  # ends of lines
    "certificate of a cluster",
    "certificate of its owner",
    "key policy",  # its Version, and names of members that are text
    "public key",  # older releases of `cryptography` read the hybrid form of a point
    "policy of a backup",
}
"""What may have a bit that does not matter."""

TEXTS = {"GrantToken", "Policy", "SignedCert", "TrustAnchor", "TrustAnchorCertificate"}
"""Members that are not bytes; the world's are in ASCII."""

inputs = pytest.mark.parametrize(("operation", "request_of", "member"), INPUTS.values(), ids=INPUTS)


class Spoiling:
    """A good request whose one member is replaced by others."""

    def __init__(self, world, operation, request_of, member):
        world.begin()
        self.world, self.operation, self.member = world, operation, member
        self.service = "kms" if ("kms", operation) in world.good else "cloudhsmv2"
        self.request = request_of(world)
        value = self.request[member]
        self.is_text = member in TEXTS
        if member == "Recipient":
            value = value["AttestationDocument"]
        self.value = value.encode() if self.is_text else base64.b64decode(value)

    def ask(self, value):
        """Send another value, as bytes; give the error's code, or None."""
        shown = value.decode("latin-1") if self.is_text else as_json(value)
        if self.member == "Recipient":
            shown = OAEP | {"AttestationDocument": shown}
        request = self.request | {self.member: shown}
        code = self.world.ask(self.service, self.operation, request)
        assert code is None or code in allowed(self.service, self.operation), code
        return code


@inputs
def test_what_is_cut_off_is_refused(populated, operation, request_of, member):
    """At each length, or at 200 lengths and the last twenty ones."""
    spoiling = Spoiling(populated, operation, request_of, member)
    good = spoiling.value.rstrip()
    step = max(1, len(good) // MANY)
    lengths = sorted({*range(0, len(good), step), *range(max(0, len(good) - 20), len(good))})
    before = describe(populated.aws)

    codes = [spoiling.ask(good[:length]) for length in lengths]

    assert None not in codes
    assert describe(populated.aws) == before
    assert spoiling.ask(spoiling.value) is None


@inputs
def test_what_has_a_bit_flipped_is_refused(populated, operation, request_of, member):
    """In each byte, or in 200 of them, another bit each time."""
    spoiling = Spoiling(populated, operation, request_of, member)
    step = max(1, len(spoiling.value) // MANY)
    before = describe(populated.aws)

    for place in range(0, len(spoiling.value), step):
        bit = place // step % (7 if spoiling.is_text else 8)
        code = spoiling.ask(flipped(spoiling.value, 8 * place + bit))

        if code is None:
            populated.begin()
        assert code is not None or what_of(request_of, member) in AS_GOOD, place
    assert describe(populated.aws) == before


def what_of(request_of, member):
    return next(what for what, row in INPUTS.items() if row[1:] == (request_of, member))


def test_every_altered_ciphertext_of_ml_kem_gives_another_secret(populated):
    """Decapsulation refuses none of the right length (FIPS 203, section 6.3)."""
    if ("kms", "Decapsulate") not in populated.good:
        pytest.skip("botocore does not know Decapsulate")
    member = "SharedSecretCiphertextBlob"
    spoiling = Spoiling(populated, "Decapsulate", good("Decapsulate"), member)

    altered = [spoiling.ask(flipped(spoiling.value, bit)) for bit in range(0, 8000, 500)]
    cut = [spoiling.ask(spoiling.value[:length]) for length in range(0, 1088, 64)]

    assert set(altered) == {None}
    assert None not in cut


# Of somebody else


def other_material(world):
    """Material wrapped by another key's parameters."""
    request = good("ImportKeyMaterial")(world)
    given = parameters(world.kms, request["KeyId"])
    return request | {"EncryptedKeyMaterial": wrap(given["PublicKey"], bytes(32))}


def other_token(world):
    """The token and material of another key."""
    other = world.kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    return good("ImportKeyMaterial")(world) | {"KeyId": other}


def other_signer(world):
    """The signature of another key of the same kind."""
    other = world.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return good("Verify")(world) | {"KeyId": other["KeyMetadata"]["KeyId"]}


def other_mac(world):
    """The MAC of another key of the same kind."""
    other = world.kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return good("VerifyMac")(world) | {"KeyId": other["KeyMetadata"]["KeyId"]}


def other_rsa(world):
    """The RSA ciphertext of another key."""
    other = world.kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    return good("Decrypt", 1)(world) | {"KeyId": other["KeyMetadata"]["KeyId"]}


def other_csr(world):
    """The certificate that answers another cluster's signing request."""
    request = good("InitializeCluster", service="cloudhsmv2")(world)
    made = world.cloudhsm.create_cluster(**world.good["cloudhsmv2", "CreateCluster"][0])["Cluster"]
    world.cloudhsm.create_hsm(ClusterId=made["ClusterId"], AvailabilityZone="us-east-1a")
    csr = described(world.cloudhsm, made["ClusterId"])["Certificates"]["ClusterCsr"]
    return request | {"SignedCert": signed(csr)}


def of_another_signature(world):
    """An attestation document under the signature of another one."""
    parts, others = (cbor2.loads(document(nonce=nonce)) for nonce in (b"a", b"b"))
    spliced = cbor2.dumps([*parts[:3], others[3]])
    shown = OAEP | {"AttestationDocument": as_json(spliced)}
    return for_enclave(world) | {"Recipient": shown}


def changed(operation, service="kms", **members):
    """A good request with other members."""
    return lambda world: (
        good(operation, service=service)(world)
        | {name: value(world) if callable(value) else value for name, value in members.items()}
    )


def value_of(member, place=0, service="kms"):
    return lambda world: world.values[service][member][place]


SWAPPED = {
    "ciphertext of another key": (
        "Decrypt",
        changed("Decrypt", KeyId=lambda world: good("ScheduleKeyDeletion")(world)["KeyId"]),
        {"DisabledException", "IncorrectKeyException"},
    ),
    "ciphertext of another context": (
        "Decrypt",
        changed("Decrypt", EncryptionContext={"a": "c"}),
        {"InvalidCiphertextException"},
    ),
    "ciphertext of another RSA key": ("Decrypt", other_rsa, {"InvalidCiphertextException"}),
    "token of another key": ("ImportKeyMaterial", other_token, {"InvalidImportTokenException"}),
    "material for other parameters": (
        "ImportKeyMaterial",
        other_material,
        {"InvalidCiphertextException"},
    ),
    "signature of another key": ("Verify", other_signer, {"KMSInvalidSignatureException"}),
    "MAC of another key": ("VerifyMac", other_mac, {"KMSInvalidMacException"}),
    "RSA key for ECDH": (
        "DeriveSharedSecret",
        changed("DeriveSharedSecret", PublicKey=as_json(spki(ENCLAVE))),
        {"ValidationException"},
    ),
    "key of another curve for ECDH": (
        "DeriveSharedSecret",
        changed("DeriveSharedSecret", PublicKey=as_json(spki(HSM))),
        {"ValidationException"},
    ),
    "marker of another list": (
        "ListAliases",
        changed("ListAliases", Marker=value_of("Marker")),
        {"InvalidMarkerException"},
    ),
    "token of another list": (
        "DescribeBackups",
        changed("DescribeBackups", "cloudhsmv2", NextToken=value_of("NextToken", 0, "cloudhsmv2")),
        {"CloudHsmInvalidRequestException"},
    ),
    "certificate for another cluster": (
        "InitializeCluster",
        other_csr,
        {"CloudHsmInvalidRequestException"},
    ),
    "certificate of another owner": (
        "InitializeCluster",
        changed(
            "InitializeCluster",
            "cloudhsmv2",
            TrustAnchor=value_of("TrustAnchorCertificate"),
        ),
        {"CloudHsmInvalidRequestException"},
    ),
    "trust anchor of another cluster": (
        "CreateCustomKeyStore",
        changed(
            "CreateCustomKeyStore",
            TrustAnchorCertificate=value_of("TrustAnchor", 0, "cloudhsmv2"),
        ),
        {"IncorrectTrustAnchorException"},
    ),
    "signature of another attestation": (
        "GenerateRandom",
        of_another_signature,
        {"ValidationException"},
    ),
    "policy of a backup for a key": (
        "PutKeyPolicy",
        changed("PutKeyPolicy", Policy=value_of("Policy", 0, "cloudhsmv2")),
        {"MalformedPolicyDocumentException"},
    ),
}
"""What -> operation, request, and the codes of the refusal."""


@pytest.mark.parametrize(("operation", "request_of", "codes"), SWAPPED.values(), ids=SWAPPED)
def test_what_is_another_ones_is_refused(populated, operation, request_of, codes):
    """What is good elsewhere is not good here."""
    populated.begin()
    service = "kms" if ("kms", operation) in populated.good else "cloudhsmv2"
    request = as_json(request_of(populated))
    before = describe(populated.aws)

    code = populated.ask(service, operation, request)

    assert code in codes
    assert describe(populated.aws) == before
