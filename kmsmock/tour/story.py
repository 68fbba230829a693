"""The story: the whole life of an AWS CloudHSM key store, told by real boto3 calls.

It is AWS's own: https://docs.aws.amazon.com/kms/latest/developerguide/keystore-cloudhsm.html
"""

from __future__ import annotations

from kmsmock.mock import mock_kms_cloudhsm
from kmsmock.tour import cluster, key_store
from kmsmock.tour.narrator import Narrator
from kmsmock.tour.scene import ADMIN_PASSWORD, FIRST_PASSWORD, NEW_PASSWORD, REGION, Scene

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
        tell_story(Scene(aws, Narrator()))


def tell_story(scene: Scene) -> None:
    """Tell what Alice does, in order."""
    tell = scene.tell
    tell.chapter("kmsmock: the life of an AWS CloudHSM key store")
    print(INTRODUCTION)  # noqa: T201 - the tour is for reading
    for value, name in (
        (ADMIN_PASSWORD, "ADMIN_PASSWORD"),
        (FIRST_PASSWORD, "FIRST_PASSWORD"),
        (NEW_PASSWORD, "NEW_PASSWORD"),
    ):
        tell.name(value, name)

    tell.chapter("1: a cluster of her own")
    cluster.create_cluster(scene)
    trust_anchor = cluster.initialize_cluster(scene)
    cluster.activate_cluster(scene)
    tell.chapter("2: a key store on the cluster, and a key in it")
    key_store.create_key_store(scene, trust_anchor)
    key_store.connect_key_store(scene)
    key_store.create_key(scene)
    scene.look(
        "She looks at all that there is now: the key, its key store, and the cluster, where "
        "KMS is logged in as kmsuser."
    )
    ciphertext = key_store.encrypt_and_decrypt(scene)
    tell.chapter("3: disconnected, and mended")
    key_store.disconnect_key_store(scene, ciphertext)
    key_store.look_into_the_cluster(scene)
    key_store.connect_with_the_old_password(scene)
    scene.look(
        "She looks again. Key store and cluster are apart: the key is still in the HSMs, and "
        "out of KMS's reach."
    )
    key_store.tell_kms_the_new_password(scene)
    key_store.decrypt_again(scene, ciphertext)
    tell.chapter("4: the end")
    key_store.delete_key(scene)
    key_store.delete_key_store(scene)
    cluster.delete_cluster(scene)
    tell.chapter("Every state, from first to last")
    tell.summary("None of them left this process.")
