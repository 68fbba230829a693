"""The story: the whole life of an AWS CloudHSM key store, told by real boto3 calls.

It is AWS's own: https://docs.aws.amazon.com/kms/latest/developerguide/keystore-cloudhsm.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from kmsmock.crypto.certificates import self_signed_root, sign_csr
from kmsmock.crypto.ready_rsa import COUNT, ready_key
from kmsmock.mock import mock_kms_cloudhsm
from kmsmock.tour.narrator import Narrator

if TYPE_CHECKING:
    from kmsmock.cloudhsm_cli import CloudHsmCli
    from kmsmock.handle import Handle

REGION = "us-east-1"
ALICE = "Alice, administrator of the account"
ALICE_CLI = "Alice, with the CloudHSM CLI"
KMS = "AWS KMS, by itself"

ADMIN_PASSWORD, FIRST_PASSWORD, NEW_PASSWORD = "tourAdmin1", "tourUser2", "tourUser3"
"""Of the cluster's admin, and of kmsuser before and after; the tour prints none of them."""
OWNER_CA = [("C", "US"), ("ST", "WA"), ("O", "Example Corp"), ("CN", "customerCA")]

INTRODUCTION = """
    AWS KMS can keep keys in HSMs that are yours alone, in an AWS CloudHSM cluster. It connects
    to the cluster as a crypto user named kmsuser. This tour builds such a key store, uses a key
    in it, breaks and mends the connection, and takes everything down again.

    Every call is a real boto3 call, answered by kmsmock in this process: nothing is sent to AWS
    and nothing costs money. What takes AWS minutes is done when the next call looks.

    >>>  a call that Alice makes to AWS CloudHSM (cloudhsmv2) or AWS KMS (kms), in Python
    $    a command that Alice gives to the CloudHSM CLI, which speaks to the HSMs themselves
    <--  what came back
    |    all that there is, as printing `aws` shows it, which is what the mock gives to a test
     *   a state, before -> after; the calls that look it up are not shown"""


def main() -> None:
    """Tell the story."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        Story(aws, Narrator()).tell()


class Story:
    """What Alice does, in order."""

    def __init__(self, aws: Handle, narrator: Narrator) -> None:
        self._aws = aws
        self._tell = narrator
        self._hsm = boto3.client("cloudhsmv2")
        self._kms = boto3.client("kms")
        self._cluster_id = ""
        self._hsm_names: dict[str, str] = {}
        self._store_id = ""
        self._key_id = ""

    def tell(self) -> None:
        """Tell it all."""
        tell = self._tell
        tell.chapter("kmsmock: the life of an AWS CloudHSM key store")
        print(INTRODUCTION)  # noqa: T201 - the tour is for reading
        for value, name in (
            (ADMIN_PASSWORD, "ADMIN_PASSWORD"),
            (FIRST_PASSWORD, "FIRST_PASSWORD"),
            (NEW_PASSWORD, "NEW_PASSWORD"),
        ):
            tell.name(value, name)

        tell.chapter("1: a cluster of her own")
        self._create_cluster()
        trust_anchor = self._initialize_cluster()
        self._activate_cluster()
        tell.chapter("2: a key store on the cluster, and a key in it")
        self._create_key_store(trust_anchor)
        self._connect_key_store()
        self._create_key()
        self._look(
            "She looks at all that there is now: the key, its key store, and the cluster, where "
            "KMS is logged in as kmsuser."
        )
        ciphertext = self._encrypt_and_decrypt()
        tell.chapter("3: disconnected, and mended")
        self._disconnect_key_store(ciphertext)
        self._look_into_the_cluster()
        self._connect_with_the_old_password()
        self._look(
            "She looks again. Key store and cluster are apart: the key is still in the HSMs, and "
            "out of KMS's reach."
        )
        self._tell_kms_the_new_password()
        self._decrypt_again(ciphertext)
        tell.chapter("4: the end")
        self._delete_key()
        self._delete_key_store()
        self._delete_cluster()
        tell.chapter("Every state, from first to last")
        tell.summary("None of them left this process.")

    def _create_cluster(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She creates a cluster in two Availability Zones. It has no HSM yet.")
        answer = tell.call(
            self._hsm,
            "create_cluster",
            HsmType="hsm2m.medium",
            Mode="FIPS",
            SubnetIds=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        )
        self._cluster_id = answer["Cluster"]["ClusterId"]
        tell.name(self._cluster_id, "cluster_id", show=True)
        tell.state("cluster", answer["Cluster"]["State"])
        self._observe()
        tell.step(ALICE, "She creates the first HSM. The cluster's identity is made in it.")
        self._create_hsm("first HSM", "first_hsm_id", REGION + "a")

    def _create_hsm(self, resource: str, variable: str, zone: str) -> None:
        tell = self._tell
        answer = tell.call(
            self._hsm, "create_hsm", ClusterId=self._cluster_id, AvailabilityZone=zone
        )
        hsm_id = answer["Hsm"]["HsmId"]
        self._hsm_names[hsm_id] = resource
        tell.name(hsm_id, variable, show=True)
        tell.state(resource, answer["Hsm"]["State"])
        self._observe()

    def _initialize_cluster(self) -> str:
        """Give the trust anchor."""
        tell = self._tell
        tell.step(ALICE, "She fetches the cluster's certificate signing request (CSR).")
        answer = tell.call(
            self._hsm, "describe_clusters", Filters={"clusterIds": [self._cluster_id]}
        )
        csr = answer["Clusters"][0]["Certificates"]["ClusterCsr"]
        tell.answer(f"ClusterCsr: {csr.splitlines()[0]} ...")

        tell.step(
            ALICE,
            "She signs the CSR with a certificate authority of her own, so that the cluster can "
            "be proved to be hers. AWS has no part in this: she would use openssl, and the tour "
            "uses Python's cryptography. It leaves two files, trust_anchor (customerCA.crt, her "
            "authority's certificate) and signed_cert (the cluster's).",
        )
        key = ready_key(2048, COUNT - 4)  # a public test key; her own would take a moment to make
        assert key is not None
        since = self._aws.clock.now().replace(microsecond=0)
        until = since + timedelta(days=3652)
        trust_anchor = self_signed_root(key, OWNER_CA, since, until)
        signed_cert = sign_csr(csr, trust_anchor, key, 1, since, until)
        tell.name(trust_anchor, "trust_anchor")
        tell.name(signed_cert, "signed_cert")

        tell.step(ALICE, "She initializes the cluster with both certificates.")
        answer = tell.call(
            self._hsm,
            "initialize_cluster",
            ClusterId=self._cluster_id,
            SignedCert=signed_cert,
            TrustAnchor=trust_anchor,
        )
        tell.state("cluster", answer["State"])
        self._observe()
        return trust_anchor

    def _activate_cluster(self) -> None:
        tell = self._tell
        tell.step(
            ALICE_CLI, "She activates the cluster by giving its administrator a first password."
        )
        cli = self._aws.cloudhsm_cli(self._cluster_id)
        tell.answer(tell.command(cli, "cluster activate", password=ADMIN_PASSWORD))
        self._observe()
        tell.step(ALICE, "She creates a second HSM in the other zone: key stores need two.")
        self._create_hsm("second HSM", "second_hsm_id", REGION + "b")

    def _create_key_store(self, trust_anchor: str) -> None:
        tell = self._tell
        tell.step(ALICE_CLI, "She makes the crypto user kmsuser, as whom AWS KMS will log in.")
        cli = self._log_in_as_admin()
        user = tell.command(
            cli, "user create", username="kmsuser", role="crypto-user", password=FIRST_PASSWORD
        )
        tell.answer(f"user {user['username']}, role {user['role']}")
        tell.command(cli, "logout")

        tell.step(ALICE, "She creates the key store, and tells KMS kmsuser's password.")
        answer = tell.call(
            self._kms,
            "create_custom_key_store",
            CustomKeyStoreName="ExampleKeyStore",
            CloudHsmClusterId=self._cluster_id,
            TrustAnchorCertificate=trust_anchor,
            KeyStorePassword=FIRST_PASSWORD,
        )
        self._store_id = answer["CustomKeyStoreId"]
        tell.name(self._store_id, "store_id", show=True)
        self._observe()

    def _connect_key_store(self) -> None:
        tell = self._tell
        tell.step(
            ALICE,
            "She connects it. KMS logs in as kmsuser and changes the password at once, so that "
            "nobody else can be kmsuser, not even she.",
        )
        tell.call(self._kms, "connect_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()

    def _create_key(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She creates a KMS key whose material is made in the cluster's HSMs.")
        answer = tell.call(
            self._kms, "create_key", Origin="AWS_CLOUDHSM", CustomKeyStoreId=self._store_id
        )
        self._key_id = answer["KeyMetadata"]["KeyId"]
        tell.name(self._key_id, "key_id", show=True)
        self._observe()

    def _encrypt_and_decrypt(self) -> bytes:
        tell = self._tell
        tell.step(ALICE, "She encrypts with the key, and decrypts again.")
        ciphertext: bytes = tell.call(
            self._kms, "encrypt", KeyId=self._key_id, Plaintext=b"attack at dawn"
        )["CiphertextBlob"]
        tell.answer(f"ciphertext: {len(ciphertext)} bytes")
        tell.name(ciphertext, "ciphertext")
        self._decrypt(ciphertext)
        return ciphertext

    def _decrypt(self, ciphertext: bytes) -> None:
        answer = self._tell.call(self._kms, "decrypt", CiphertextBlob=ciphertext)
        self._tell.answer(f"Plaintext: {answer['Plaintext'].decode()!r}")

    def _disconnect_key_store(self, ciphertext: bytes) -> None:
        tell = self._tell
        tell.step(
            ALICE,
            "She disconnects the key store. KMS logs out; the key is safe in the cluster, and "
            "useless to KMS meanwhile.",
        )
        tell.call(self._kms, "disconnect_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()
        tell.step(ALICE, "She tries to decrypt all the same.")
        tell.refused(self._kms, "decrypt", CiphertextBlob=ciphertext)

    def _look_into_the_cluster(self) -> None:
        tell = self._tell
        tell.step(
            ALICE_CLI,
            "She wants to see the key inside the cluster. Only KMS knows kmsuser's password now, "
            "so the administrator first gives kmsuser a new one.",
        )
        cli = self._log_in_as_admin()
        user = {"username": "kmsuser", "role": "crypto-user", "password": NEW_PASSWORD}
        tell.command(cli, "user change-password", **user)
        tell.command(cli, "logout")
        tell.command(cli, "login", **user)
        for key in tell.command(cli, "key list --verbose")["matched_keys"]:
            attributes = key["attributes"]
            owner = key["key-info"]["key-owners"][0]["username"]
            bits = 8 * attributes["key-length-bytes"]
            extractable = "" if attributes["extractable"] else "not "
            tell.answer(
                f"{attributes['key-type'].upper()}, {bits} bits, owner {owner}, "
                f"{extractable}extractable; its label is the KMS key's ARN:"
            )
            tell.answer(attributes["label"])
        tell.command(cli, "logout")

    def _connect_with_the_old_password(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She connects, but has forgotten that KMS does not know the new password.")
        tell.call(self._kms, "connect_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()
        answer = tell.call(self._kms, "describe_custom_key_stores", CustomKeyStoreId=self._store_id)
        tell.answer(f"ConnectionErrorCode: {answer['CustomKeyStores'][0]['ConnectionErrorCode']}")

    def _tell_kms_the_new_password(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She mends it: disconnects, tells KMS the new password, connects again.")
        tell.call(self._kms, "disconnect_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()
        tell.call(
            self._kms,
            "update_custom_key_store",
            CustomKeyStoreId=self._store_id,
            KeyStorePassword=NEW_PASSWORD,
        )
        tell.call(self._kms, "connect_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()

    def _decrypt_again(self, ciphertext: bytes) -> None:
        self._tell.step(ALICE, "She decrypts what was encrypted before the trouble.")
        self._decrypt(ciphertext)

    def _delete_key(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She schedules the key's deletion, with the shortest waiting period.")
        answer = tell.call(
            self._kms, "schedule_key_deletion", KeyId=self._key_id, PendingWindowInDays=7
        )
        tell.answer(f"DeletionDate: {answer['DeletionDate']:%Y-%m-%d}")
        self._observe()
        tell.step(
            KMS,
            "Seven days pass, at once: the test's clock was moved with aws.clock.advance(days=7). "
            "KMS deletes the key, and its material in the cluster.",
        )
        self._aws.clock.advance(days=7)
        self._observe()

    def _delete_key_store(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She disconnects the key store and, as it is empty, deletes it.")
        tell.call(self._kms, "disconnect_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()
        tell.call(self._kms, "delete_custom_key_store", CustomKeyStoreId=self._store_id)
        self._observe()

    def _delete_cluster(self) -> None:
        tell = self._tell
        tell.step(ALICE, "She deletes both HSMs, and then the cluster.")
        for hsm_id, resource in self._hsm_names.items():
            tell.call(self._hsm, "delete_hsm", ClusterId=self._cluster_id, HsmId=hsm_id)
            tell.state(resource, "DELETE_IN_PROGRESS")
            self._observe()
        answer = tell.call(self._hsm, "delete_cluster", ClusterId=self._cluster_id)
        tell.state("cluster", answer["Cluster"]["State"])
        self._observe()

    def _look(self, text: str) -> None:
        """Show the whole world, as a person sees it."""
        self._tell.step(ALICE, text)
        self._tell.print(str(self._aws))

    def _log_in_as_admin(self) -> CloudHsmCli:
        cli = self._aws.cloudhsm_cli(self._cluster_id)
        self._tell.command(cli, "login", username="admin", role="admin", password=ADMIN_PASSWORD)
        return cli

    def _observe(self) -> None:
        """Look at every resource by the calls that describe it, and tell what changed."""
        tell = self._tell
        for cluster in self._hsm.describe_clusters()["Clusters"]:
            tell.state("cluster", cluster["State"])
            present = {hsm["HsmId"]: hsm["State"] for hsm in cluster["Hsms"]}
            for hsm_id, resource in self._hsm_names.items():
                tell.state(resource, present.get(hsm_id, "DELETED"))
        stores = self._kms.describe_custom_key_stores()["CustomKeyStores"]
        if self._store_id:
            state = stores[0]["ConnectionState"] if stores else "(deleted)"
            tell.state("key store", state)
        if self._key_id:
            tell.state("key", self._key_state())
        tell.changes()

    def _key_state(self) -> str:
        try:
            return self._kms.describe_key(KeyId=self._key_id)["KeyMetadata"]["KeyState"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NotFoundException"  # noqa: PT017
            return "(deleted)"
