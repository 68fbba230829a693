"""What Alice does with the key store, and with the key in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.tour.scene import ALICE, ALICE_CLI, FIRST_PASSWORD, KMS, NEW_PASSWORD

if TYPE_CHECKING:
    from kmsmock.tour.scene import Scene


def create_key_store(scene: Scene, trust_anchor: str) -> None:
    """Make kmsuser, and create the key store."""
    tell = scene.tell
    tell.step(ALICE_CLI, "She makes the crypto user kmsuser, as whom AWS KMS will log in.")
    cli = scene.log_in_as_admin()
    user = tell.command(
        cli, "user create", username="kmsuser", role="crypto-user", password=FIRST_PASSWORD
    )
    tell.answer(f"user {user['username']}, role {user['role']}")
    tell.command(cli, "logout")

    tell.step(ALICE, "She creates the key store, and tells KMS kmsuser's password.")
    answer = tell.call(
        scene.kms,
        "create_custom_key_store",
        CustomKeyStoreName="ExampleKeyStore",
        CloudHsmClusterId=scene.cluster_id,
        TrustAnchorCertificate=trust_anchor,
        KeyStorePassword=FIRST_PASSWORD,
    )
    scene.store_id = answer["CustomKeyStoreId"]
    tell.name(scene.store_id, "store_id", show=True)
    scene.observe()


def connect_key_store(scene: Scene) -> None:
    """Connect it for the first time."""
    tell = scene.tell
    tell.step(
        ALICE,
        "She connects it. KMS logs in as kmsuser and changes the password at once, so that "
        "nobody else can be kmsuser, not even she.",
    )
    tell.call(scene.kms, "connect_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()


def create_key(scene: Scene) -> None:
    """Create a key in it."""
    tell = scene.tell
    tell.step(ALICE, "She creates a KMS key whose material is made in the cluster's HSMs.")
    answer = tell.call(
        scene.kms, "create_key", Origin="AWS_CLOUDHSM", CustomKeyStoreId=scene.store_id
    )
    scene.key_id = answer["KeyMetadata"]["KeyId"]
    tell.name(scene.key_id, "key_id", show=True)
    scene.observe()


def encrypt_and_decrypt(scene: Scene) -> bytes:
    """Encrypt and decrypt; give the ciphertext."""
    tell = scene.tell
    tell.step(ALICE, "She encrypts with the key, and decrypts again.")
    ciphertext: bytes = tell.call(
        scene.kms, "encrypt", KeyId=scene.key_id, Plaintext=b"attack at dawn"
    )["CiphertextBlob"]
    tell.answer(f"ciphertext: {len(ciphertext)} bytes")
    tell.name(ciphertext, "ciphertext")
    _decrypt(scene, ciphertext)
    return ciphertext


def disconnect_key_store(scene: Scene, ciphertext: bytes) -> None:
    """Disconnect it, and be refused to decrypt."""
    tell = scene.tell
    tell.step(
        ALICE,
        "She disconnects the key store. KMS logs out; the key is safe in the cluster, and "
        "useless to KMS meanwhile.",
    )
    tell.call(scene.kms, "disconnect_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()
    tell.step(ALICE, "She tries to decrypt all the same.")
    tell.refused(scene.kms, "decrypt", CiphertextBlob=ciphertext)


def look_into_the_cluster(scene: Scene) -> None:
    """Give kmsuser a new password, and list what kmsuser has in the HSMs."""
    tell = scene.tell
    tell.step(
        ALICE_CLI,
        "She wants to see the key inside the cluster. Only KMS knows kmsuser's password now, "
        "so the administrator first gives kmsuser a new one.",
    )
    cli = scene.log_in_as_admin()
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


def connect_with_the_old_password(scene: Scene) -> None:
    """Connect it while KMS has the old password, in vain."""
    tell = scene.tell
    tell.step(ALICE, "She connects, but has forgotten that KMS does not know the new password.")
    tell.call(scene.kms, "connect_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()
    answer = tell.call(scene.kms, "describe_custom_key_stores", CustomKeyStoreId=scene.store_id)
    tell.answer(f"ConnectionErrorCode: {answer['CustomKeyStores'][0]['ConnectionErrorCode']}")


def tell_kms_the_new_password(scene: Scene) -> None:
    """Connect it while KMS has the new one."""
    tell = scene.tell
    tell.step(ALICE, "She mends it: disconnects, tells KMS the new password, connects again.")
    tell.call(scene.kms, "disconnect_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()
    tell.call(
        scene.kms,
        "update_custom_key_store",
        CustomKeyStoreId=scene.store_id,
        KeyStorePassword=NEW_PASSWORD,
    )
    tell.call(scene.kms, "connect_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()


def decrypt_again(scene: Scene, ciphertext: bytes) -> None:
    """Decrypt what was encrypted at first."""
    scene.tell.step(ALICE, "She decrypts what was encrypted before the trouble.")
    _decrypt(scene, ciphertext)


def delete_key(scene: Scene) -> None:
    """Schedule the deletion of the key, and wait for it."""
    tell = scene.tell
    tell.step(ALICE, "She schedules the key's deletion, with the shortest waiting period.")
    answer = tell.call(
        scene.kms, "schedule_key_deletion", KeyId=scene.key_id, PendingWindowInDays=7
    )
    tell.answer(f"DeletionDate: {answer['DeletionDate']:%Y-%m-%d}")
    scene.observe()
    tell.step(
        KMS,
        "Seven days pass, at once: the test's clock was moved with aws.clock.advance(days=7). "
        "KMS deletes the key, and its material in the cluster.",
    )
    scene.aws.clock.advance(days=7)
    scene.observe()


def delete_key_store(scene: Scene) -> None:
    """Disconnect and delete the key store."""
    tell = scene.tell
    tell.step(ALICE, "She disconnects the key store and, as it is empty, deletes it.")
    tell.call(scene.kms, "disconnect_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()
    tell.call(scene.kms, "delete_custom_key_store", CustomKeyStoreId=scene.store_id)
    scene.observe()


def _decrypt(scene: Scene, ciphertext: bytes) -> None:
    answer = scene.tell.call(scene.kms, "decrypt", CiphertextBlob=ciphertext)
    scene.tell.answer(f"Plaintext: {answer['Plaintext'].decode()!r}")
