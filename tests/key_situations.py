"""A key brought into a state, and the request that an operation makes of it."""

import base64
import functools

import boto3
from botocore import xform_name
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, padding, rsa

SPECS = {
    "Decapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    "DeriveSharedSecret": ("ECC_NIST_P256", "KEY_AGREEMENT"),
    "Encapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    "GenerateMac": ("HMAC_256", "GENERATE_VERIFY_MAC"),
    "GetPublicKey": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "Sign": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "Verify": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "VerifyMac": ("HMAC_256", "GENERATE_VERIFY_MAC"),
}
"""The kind of key that an operation works on; a symmetric encryption key by default."""

IMPORTS = ("DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial")
ROTATIONS = ("DisableKeyRotation", "EnableKeyRotation", "GetKeyRotationStatus", "RotateKeyOnDemand")
HOME, AWAY = "us-east-1", "eu-west-1"
PEER = ec.generate_private_key(ec.SECP256R1())
PEER_PUBLIC = PEER.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)
MATERIALS = {
    "SYMMETRIC_DEFAULT": bytes(32),
    "HMAC_256": bytes(32),
    "ECC_NIST_P256": PEER.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ),
    "ML_KEM_768": mlkem.MLKEM768PrivateKey.generate().private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ),
}


@functools.cache
def client_in(region):
    """Give a client for the Region; one serves all worlds."""
    return boto3.client("kms", region_name=region)


class Situation:
    """A key in a state, and the request that is made of it.

    Attributes:
        client: where the key is.
        request: the operation's request; filled while the key was still Enabled.
    """

    def __init__(self, aws, operation, state):
        self.aws, self.operation, self.state = aws, operation, state
        self.client = client_in(HOME)
        self.spec, self.usage = SPECS.get(operation, ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"))
        self.external = state == "PendingImport" or (
            operation in IMPORTS and state != "Unavailable"
        )
        if state == "Unavailable":
            self.store = aws.key_store("store").custom_key_store_id
            origin = {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": self.store}
        else:
            origin = {"Origin": "EXTERNAL" if self.external else "AWS_KMS", "MultiRegion": True}
        self.key = self.client.create_key(KeySpec=self.spec, KeyUsage=self.usage, **origin)
        self.key = self.key["KeyMetadata"]
        if self.external:
            self.client.import_key_material(**self.import_request())
        self.request = getattr(self, f"for_{xform_name(operation)}", self._key_alone)()
        getattr(self, f"become_{xform_name(state)}")()

    @property
    def arn(self):
        """The key's ARN, where the client is."""
        return self.key["Arn"].replace(HOME, self.client.meta.region_name)

    def ask(self):
        """Make the call."""
        return self.client._make_api_call(self.operation, self.request)

    def import_request(self):
        """Give the request that imports the key's material."""
        algorithm = "RSAES_OAEP_SHA_256"
        parameters = self.client.get_parameters_for_import(
            KeyId=self.arn, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048"
        )
        wrapping_key = serialization.load_der_public_key(parameters["PublicKey"])
        assert isinstance(wrapping_key, rsa.RSAPublicKey)
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        return {
            "KeyId": self.arn,
            "ImportToken": parameters["ImportToken"],
            "EncryptedKeyMaterial": wrapping_key.encrypt(MATERIALS[self.spec], oaep),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }

    # The states

    def become_enabled(self):
        pass

    def become_disabled(self):
        self.client.disable_key(KeyId=self.arn)

    def become_pending_deletion(self):
        self.client.schedule_key_deletion(KeyId=self.arn)

    def become_pending_replica_deletion(self):
        self._replicate()
        self.aws.clock.advance(hours=1)
        self.client.schedule_key_deletion(KeyId=self.arn)

    def become_pending_import(self):
        self.client.delete_imported_key_material(KeyId=self.arn)

    def become_unavailable(self):
        self.client.disconnect_custom_key_store(CustomKeyStoreId=self.store)

    def become_creating(self):
        self._replicate()
        self._go_away()

    def become_updating(self):
        self._replicate()
        self.aws.clock.advance(hours=1)
        if self.external:
            home, self.client = self.client, client_in(AWAY)
            self.client.import_key_material(**self.import_request())
            # Parameters cannot be had while the key is Updating.
            self.prepared = self.import_request()
            self.client = home
        self.client.update_primary_region(KeyId=self.arn, PrimaryRegion=AWAY)
        self._go_away()

    def _replicate(self):
        self.client.replicate_key(KeyId=self.arn, ReplicaRegion=AWAY)

    def _go_away(self):
        """Look at the key of the other Region from now on; aliases, tags, grants are not there."""
        self.client = client_in(AWAY)
        home = self.request
        self.request = getattr(self, f"for_{xform_name(self.operation)}_away", lambda: home)()
        for member in ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"):
            if self.request.get(member, "").startswith("arn:"):
                self.request[member] = self.arn

    # The requests

    def _key_alone(self):
        return {"KeyId": self.arn}

    def for_create_alias(self):
        return {"AliasName": "alias/new", "TargetKeyId": self.arn}

    def _alias(self):
        other = self.client.create_key()["KeyMetadata"]["KeyId"]
        self.client.create_alias(AliasName="alias/old", TargetKeyId=other)

    def for_update_alias(self):
        self._alias()
        return {"AliasName": "alias/old", "TargetKeyId": self.arn}

    def for_update_alias_away(self):
        self._alias()
        return {"AliasName": "alias/old", "TargetKeyId": self.arn}

    def for_delete_alias(self):
        self.client.create_alias(AliasName="alias/old", TargetKeyId=self.arn)
        return {"AliasName": "alias/old"}

    for_delete_alias_away = for_delete_alias

    def _grant(self):
        return {
            "KeyId": self.arn,
            "GranteePrincipal": "arn:aws:iam::123456789012:role/App",
            "Operations": ["DescribeKey"],
        }

    for_create_grant = _grant

    def for_revoke_grant(self):
        if self.client.meta.region_name == AWAY and self.state == "Creating":
            return {"KeyId": self.arn, "GrantId": "0" * 64}
        grant = self.client.create_grant(**self._grant())["GrantId"]
        return {"KeyId": self.arn, "GrantId": grant}

    for_retire_grant = for_retire_grant_away = for_revoke_grant_away = for_revoke_grant

    def for_encrypt(self):
        return {"KeyId": self.arn, "Plaintext": b"secret"}

    def _blob(self):
        return self.client.encrypt(**self.for_encrypt())["CiphertextBlob"]

    def for_decrypt(self):
        return {"CiphertextBlob": self._blob()}

    def for_re_encrypt(self):
        return {"CiphertextBlob": self._blob(), "DestinationKeyId": self.arn}

    def for_generate_data_key(self):
        return {"KeyId": self.arn, "KeySpec": "AES_256"}

    for_generate_data_key_without_plaintext = for_generate_data_key

    def for_generate_data_key_pair(self):
        return {"KeyId": self.arn, "KeyPairSpec": "ECC_NIST_P256"}

    for_generate_data_key_pair_without_plaintext = for_generate_data_key_pair

    def for_generate_mac(self):
        return {"KeyId": self.arn, "Message": b"message", "MacAlgorithm": "HMAC_SHA_256"}

    def for_verify_mac(self):
        request = self.for_generate_mac()
        return {**request, "Mac": self.client.generate_mac(**request)["Mac"]}

    def for_sign(self):
        return {"KeyId": self.arn, "Message": b"message", "SigningAlgorithm": "ECDSA_SHA_256"}

    def for_verify(self):
        request = self.for_sign()
        return {**request, "Signature": self.client.sign(**request)["Signature"]}

    def for_derive_shared_secret(self):
        return {"KeyId": self.arn, "KeyAgreementAlgorithm": "ECDH", "PublicKey": PEER_PUBLIC}

    def for_encapsulate(self):
        return {"KeyId": self.arn, "EncapsulationAlgorithm": "ML_KEM"}

    def for_decapsulate(self):
        request = self.for_encapsulate()
        blob = self.client.encapsulate(**request)["SharedSecretCiphertextBlob"]
        return {**request, "SharedSecretCiphertextBlob": blob}

    def for_get_parameters_for_import(self):
        return {
            "KeyId": self.arn,
            "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
            "WrappingKeySpec": "RSA_2048",
        }

    def for_import_key_material(self):
        if self.external:
            return self.import_request()
        token = base64.b64encode(b"token")
        return {
            "KeyId": self.arn,
            "ImportToken": token,
            "EncryptedKeyMaterial": token,
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }

    def for_import_key_material_away(self):
        return self.request if self.state == "Creating" else self.prepared

    def for_put_key_policy(self):
        policy = self.client.get_key_policy(KeyId=self.arn)["Policy"]
        return {"KeyId": self.arn, "Policy": policy}

    def for_replicate_key(self):
        return {"KeyId": self.arn, "ReplicaRegion": "ap-southeast-2"}

    def for_update_primary_region(self):
        if self.state in ("Enabled", "Disabled", "PendingImport"):
            self._replicate()
            self.aws.clock.advance(hours=1)
        return {"KeyId": self.arn, "PrimaryRegion": AWAY}

    def for_update_primary_region_away(self):
        return {"KeyId": self.arn, "PrimaryRegion": HOME}

    def for_tag_resource(self):
        return {"KeyId": self.arn, "Tags": [{"TagKey": "a", "TagValue": "b"}]}

    def for_untag_resource(self):
        return {"KeyId": self.arn, "TagKeys": ["a"]}

    def for_update_key_description(self):
        return {"KeyId": self.arn, "Description": "new"}
