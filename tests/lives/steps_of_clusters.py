"""Steps in the life of clusters and proxies, behind the backs of their key stores."""

import functools

import boto3
from clients_at_hand import NO_RETRIES
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from key_stores import PASSWORD, admin_cli, fit_cluster, kms_user_cli, succeed
from life import HOME, Lives
from model_time import MINUTE
from store_model import WRONG_LOGINS_THAT_LOCK, Cluster

PASSWORDS = (PASSWORD, "otherPassword2")
EXTERNAL_KEYS = ("external-1", "external-2")


@functools.cache
def cloudhsm():
    """One client for all worlds."""
    return boto3.client("cloudhsmv2", region_name=HOME, config=NO_RETRIES)


any_cluster = st.runner().flatmap(lambda life: st.sampled_from(life.clusters))


class StepsOfClusters(Lives):
    """HSMs, the network, kmsuser, and the proxy's external keys.

    Attributes:
        ready: a cluster of the model -> what its owner has.
        owners: the same -> the CLI in which the owner is kmsuser.
    """

    def __init__(self):
        super().__init__()
        self.clusters, self.ready, self.owners = [], {}, {}

    def new_cluster(self):
        """A fit cluster, in kmsmock and in the model."""
        made = fit_cluster(self.aws)
        filters = {"clusterIds": [made.cluster_id]}
        (shape,) = cloudhsm().describe_clusters(Filters=filters)["Clusters"]
        hsms = {hsm["HsmId"]: hsm["AvailabilityZone"] for hsm in shape["Hsms"]}
        cluster = Cluster(made.cluster_id, PASSWORD, hsms)
        self.clusters.append(cluster)
        self.ready[cluster] = made

    @rule(cluster=any_cluster, data=st.data())
    def delete_an_hsm(self, cluster, data):
        """One that works; what a cluster without any had is in its newest backup."""
        if cluster.active:
            hsm = data.draw(st.sampled_from(sorted(cluster.active)))
            cloudhsm().delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm)
            del cluster.hsms[hsm]
            self.advance(10 * MINUTE)

    @rule(cluster=any_cluster, zone=st.sampled_from("abc"))
    def add_an_hsm(self, cluster, zone):
        if not cluster.deleted and len(cluster.hsms) < 3:
            zone = f"{HOME}{zone}"
            made = cloudhsm().create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=zone)
            cluster.hsms[made["Hsm"]["HsmId"]] = zone
            self.advance(10 * MINUTE)

    @rule(cluster=any_cluster, data=st.data())
    def fail_or_recover(self, cluster, data):
        if cluster.hsms:
            hsm = data.draw(st.sampled_from(sorted(cluster.hsms)))
            lever = self.aws.hsm(hsm)
            (lever.recover if hsm in cluster.failed else lever.fail)()
            cluster.failed ^= {hsm}

    @rule(cluster=any_cluster)
    def cut_or_mend_the_network(self, cluster):
        if not cluster.deleted:
            network = self.aws.network
            (network.disconnect if cluster.reached else network.reconnect)(cluster.cluster_id)
            cluster.reached = not cluster.reached

    @precondition(lambda self: any(not c.hsms and not c.deleted for c in self.clusters))
    @rule()
    def delete_clusters_without_hsms(self):
        for cluster in self.clusters:
            if not cluster.hsms and not cluster.deleted:
                cloudhsm().delete_cluster(ClusterId=cluster.cluster_id)
                cluster.deleted = True

    # The crypto user (3)

    @rule(cluster=any_cluster, password=st.sampled_from(PASSWORDS))
    def change_password(self, cluster, password):
        """An administrator may do it unless KMS is logged in; it lifts a lock."""
        self.time.settle()
        if cluster.failed or not cluster.active or cluster.owner:
            return
        admin = admin_cli(self.aws, self.ready[cluster])
        result = admin.user_change_password("kmsuser", password, "crypto-user")
        admin.logout()
        if self.stores.connection_to(cluster):
            assert result["error_code"] == 1
        else:
            succeed(result)
            cluster.password, cluster.wrong_logins = password, 0

    @rule(cluster=any_cluster, times=st.integers(1, 5))
    def log_in_wrongly(self, cluster, times, typed="wrongPassword1"):
        self.time.settle()
        if cluster.failed or not cluster.active or cluster.owner:
            return
        for _ in range(times):
            cli = self.aws.cloudhsm_cli(cluster.cluster_id)
            assert cli.login("kmsuser", typed, "crypto-user")["error_code"] == 1
        if not self.stores.connection_to(cluster):
            tries = cluster.wrong_logins + times
            cluster.wrong_logins = min(WRONG_LOGINS_THAT_LOCK, tries)

    @rule(cluster=any_cluster)
    def log_in_or_out(self, cluster):
        """The owner is kmsuser, while KMS is not."""
        self.time.settle()
        if cluster.owner:
            self.owners.pop(cluster).logout()
            cluster.owner = False
            return
        if cluster.failed or not cluster.active or self.stores.connection_to(cluster):
            return
        if not isinstance(cluster.password, str):  # KMS has set another, which nobody knows
            self.log_in_wrongly(cluster, 1, PASSWORD)
        elif cluster.wrong_logins < WRONG_LOGINS_THAT_LOCK:
            cli = kms_user_cli(self.aws, self.ready[cluster], cluster.password)
            self.owners[cluster] = cli
            cluster.owner, cluster.wrong_logins = True, 0

    @precondition(lambda self: any(c.owner and c.active for c in self.clusters))
    @rule(data=st.data(), delete=st.booleans())
    def look_as_kmsuser(self, data, delete):
        self.look_into(next(c for c in self.clusters if c.owner and c.active), data, delete=delete)

    def look_into(self, cluster, data, *, delete):
        """Kmsuser has the keys that KMS made and did not delete, and may delete them."""
        self.time.settle()
        if cluster.failed:
            return
        cli = self.owners[cluster]
        listed = succeed(cli.key_list())["matched_keys"]
        assert {key["attributes"]["label"] for key in listed} == cluster.labels
        if delete and cluster.labels:
            label = data.draw(st.sampled_from(sorted(cluster.labels)))
            succeed(cli.key_delete(f"attr.label={label}"))
            cluster.labels.remove(label)

    # The proxy

    @rule()
    def fail_or_recover_proxy(self):
        proxy = next((s.home for s in self.stores.by_id.values() if s.external), None)
        if proxy:
            if proxy.fails:
                self.proxy.recover()
            else:
                self.proxy.fail("unreachable")
            proxy.fails = not proxy.fails

    @rule(external_id=st.sampled_from(EXTERNAL_KEYS))
    def switch_external_key(self, external_id):
        proxy = next((s.home for s in self.stores.by_id.values() if s.external), None)
        if proxy:
            proxy.enabled[external_id] ^= True
            status = "ENABLED" if proxy.enabled[external_id] else "DISABLED"
            self.proxy.change_key(external_id, status=status)
