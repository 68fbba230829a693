"""What Alice does with the cluster: its beginning and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kmsmock.crypto.certificates import self_signed_root, sign_csr
from kmsmock.crypto.ready_rsa import COUNT, ready_key
from kmsmock.tour.scene import ADMIN_PASSWORD, ALICE, ALICE_CLI, REGION

if TYPE_CHECKING:
    from kmsmock.tour.scene import Scene

OWNER_CA = [("C", "US"), ("ST", "WA"), ("O", "Example Corp"), ("CN", "customerCA")]


def create_cluster(scene: Scene) -> None:
    """Create the cluster and its first HSM."""
    tell = scene.tell
    tell.step(ALICE, "She creates a cluster in two Availability Zones. It has no HSM yet.")
    answer = tell.call(
        scene.cloudhsm,
        "create_cluster",
        HsmType="hsm2m.medium",
        Mode="FIPS",
        SubnetIds=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    scene.cluster_id = answer["Cluster"]["ClusterId"]
    tell.name(scene.cluster_id, "cluster_id", show=True)
    tell.state("cluster", answer["Cluster"]["State"])
    scene.observe()
    tell.step(ALICE, "She creates the first HSM. The cluster's identity is made in it.")
    _create_hsm(scene, "first HSM", "first_hsm_id", REGION + "a")


def _create_hsm(scene: Scene, resource: str, variable: str, zone: str) -> None:
    tell = scene.tell
    answer = tell.call(
        scene.cloudhsm, "create_hsm", ClusterId=scene.cluster_id, AvailabilityZone=zone
    )
    hsm_id = answer["Hsm"]["HsmId"]
    scene.hsm_names[hsm_id] = resource
    tell.name(hsm_id, variable, show=True)
    tell.state(resource, answer["Hsm"]["State"])
    scene.observe()


def initialize_cluster(scene: Scene) -> str:
    """Initialize the cluster with certificates of her own; give the trust anchor."""
    tell = scene.tell
    tell.step(ALICE, "She fetches the cluster's certificate signing request (CSR).")
    answer = tell.call(
        scene.cloudhsm, "describe_clusters", Filters={"clusterIds": [scene.cluster_id]}
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
    since = scene.aws.clock.now().replace(microsecond=0)
    until = since + timedelta(days=3652)
    trust_anchor = self_signed_root(key, OWNER_CA, since, until)
    signed_cert = sign_csr(csr, trust_anchor, key, 1, since, until)
    tell.name(trust_anchor, "trust_anchor")
    tell.name(signed_cert, "signed_cert")

    tell.step(ALICE, "She initializes the cluster with both certificates.")
    answer = tell.call(
        scene.cloudhsm,
        "initialize_cluster",
        ClusterId=scene.cluster_id,
        SignedCert=signed_cert,
        TrustAnchor=trust_anchor,
    )
    tell.state("cluster", answer["State"])
    scene.observe()
    return trust_anchor


def activate_cluster(scene: Scene) -> None:
    """Activate the cluster, and create its second HSM."""
    tell = scene.tell
    tell.step(ALICE_CLI, "She activates the cluster by giving its administrator a first password.")
    cli = scene.aws.cloudhsm_cli(scene.cluster_id)
    tell.answer(tell.command(cli, "cluster activate", password=ADMIN_PASSWORD))
    scene.observe()
    tell.step(ALICE, "She creates a second HSM in the other zone: key stores need two.")
    _create_hsm(scene, "second HSM", "second_hsm_id", REGION + "b")


def delete_cluster(scene: Scene) -> None:
    """Delete the HSMs and the cluster."""
    tell = scene.tell
    tell.step(ALICE, "She deletes both HSMs, and then the cluster.")
    for hsm_id, resource in scene.hsm_names.items():
        tell.call(scene.cloudhsm, "delete_hsm", ClusterId=scene.cluster_id, HsmId=hsm_id)
        tell.state(resource, "DELETE_IN_PROGRESS")
        scene.observe()
    answer = tell.call(scene.cloudhsm, "delete_cluster", ClusterId=scene.cluster_id)
    tell.state("cluster", answer["Cluster"]["State"])
    scene.observe()
