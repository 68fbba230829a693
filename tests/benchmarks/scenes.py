"""The calls that are measured: which, with what, and what has to be there before.

Every side is asked for the same: kmsmock, moto, and botocore alone with kmsmock's recorded answer.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

REGION = "us-east-1"
CREDENTIALS = {
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
MESSAGE = b"The message of 64 bytes that all calls encrypt, sign or digest.."


class Scene(NamedTuple):
    """A call, in a world of its own.

    Attributes:
        method: of the client.
        prepare: makes what the call needs, and gives its arguments.
        calls: how many of them a world is for; None for as many as one likes.
    """

    method: str
    prepare: Callable[[Any], dict[str, Any]]
    calls: int | None = None

    def call(self, kms):
        """Prepare the call, and give it."""
        return partial(getattr(kms, self.method), **self.prepare(kms))


def make_key(kms, **arguments):
    return kms.create_key(**arguments)["KeyMetadata"]["KeyId"]


def _nothing(_kms):
    return {}


def _a_key(kms):
    return {"KeyId": make_key(kms)}


def _ten_aliases(kms):
    key_id = make_key(kms)
    for number in range(10):
        kms.create_alias(AliasName=f"alias/benchmark-{number}", TargetKeyId=key_id)
    return {}


def _a_hundred_keys(kms):
    for _ in range(100):
        make_key(kms)
    return {"Limit": 100}


def _plaintext(kms):
    return {"KeyId": make_key(kms), "Plaintext": MESSAGE}


def _ciphertext(kms):
    sealed = kms.encrypt(KeyId=make_key(kms), Plaintext=MESSAGE)
    return {"CiphertextBlob": sealed["CiphertextBlob"]}


def _data_key(kms):
    return {"KeyId": make_key(kms), "KeySpec": "AES_256"}


def _mac(kms):
    key_id = make_key(kms, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return {"KeyId": key_id, "Message": MESSAGE, "MacAlgorithm": "HMAC_SHA_256"}


def _signature(spec, algorithm, kms):
    key_id = make_key(kms, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    return {"KeyId": key_id, "Message": MESSAGE, "SigningAlgorithm": algorithm}


def _rsa_4096(_kms):
    return {"KeySpec": "RSA_4096", "KeyUsage": "SIGN_VERIFY"}


SCENES = {
    "DescribeKey": Scene("describe_key", _a_key),
    "ListAliases": Scene("list_aliases", _ten_aliases),
    "ListKeys of 100": Scene("list_keys", _a_hundred_keys),
    "Encrypt": Scene("encrypt", _plaintext),
    "Decrypt": Scene("decrypt", _ciphertext),
    "GenerateDataKey": Scene("generate_data_key", _data_key),
    "GenerateMac": Scene("generate_mac", _mac),
    "Sign ECC_NIST_P256": Scene("sign", partial(_signature, "ECC_NIST_P256", "ECDSA_SHA_256")),
    "Sign RSA_2048": Scene("sign", partial(_signature, "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256")),
    "Sign RSA_4096": Scene("sign", partial(_signature, "RSA_4096", "RSASSA_PSS_SHA_256")),
    "CreateKey": Scene("create_key", _nothing),
    "CreateKey RSA_4096": Scene("create_key", _rsa_4096, calls=16),
}
