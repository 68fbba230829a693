"""Random lives of custom key stores, their clusters, proxies and keys, compared with the model.

life.py tells how to have more of them than the default run has.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from key_stores import PASSWORD
from life import HOME, client, how_many
from model_time import DAY, HOUR, MINUTE
from steps_of_clusters import EXTERNAL_KEYS
from steps_of_stores import StepsOfStoredKeys
from store_model import Proxy, Store, Stores


class LivesOfKeyStores(StepsOfStoredKeys):
    """Two clusters, a proxy, the key stores on them, and keys there and in KMS."""

    @initialize(transitions=st.sampled_from(("immediate", "immediate", "realistic")))
    def begin_life(self, transitions):
        self.begin(transitions)
        self.kms = client(HOME)
        self.stores = Stores(self.time, self.model)
        for _ in range(2):
            self.new_cluster()
        external = self.aws.external_key_store("external")
        self.proxy = external.proxy
        for key_id in EXTERNAL_KEYS:
            self.proxy.add_key(key_id)
        proxy = Proxy(dict.fromkeys(EXTERNAL_KEYS, True))
        store_id = external.custom_key_store_id
        self.stores.by_id[store_id] = Store(store_id, "external", proxy, state="CONNECTED")
        self.create_store("one", self.clusters[0], PASSWORD)
        self.connect(next(store for store in self.stores.by_id if store != store_id))
        self.advance(20 * MINUTE)
        for store in (None, *self.stores.by_id):
            self.create_key(store)

    @rule(seconds=st.sampled_from((30, 5 * MINUTE, 20 * MINUTE, HOUR, 7 * DAY, 10 * DAY)))
    def pass_time(self, seconds):
        self.advance(seconds)

    # What is seen after each step

    @invariant()
    def all_is_as_foretold(self):
        """DescribeCustomKeyStores, ListKeys and DescribeKey show what is there."""
        if not hasattr(self, "stores"):
            return
        self.time.settle()
        entries = self.kms.describe_custom_key_stores()["CustomKeyStores"]
        assert {
            entry["CustomKeyStoreId"]: (entry["CustomKeyStoreName"], entry["ConnectionState"])
            for entry in entries
        } == {store_id: (store.name, store.state) for store_id, store in self.stores.by_id.items()}
        for entry in entries:
            store = self.stores.by_id[entry["CustomKeyStoreId"]]
            assert ("ConnectionErrorCode" in entry) == bool(store.errors)
            assert not store.errors or entry["ConnectionErrorCode"] in store.errors
            home = None if store.external else store.home.cluster_id
            assert entry.get("CloudHsmClusterId") == home
        listed = {entry["KeyId"] for entry in self.kms.list_keys()["Keys"]}
        assert listed == {key_id for _, key_id in self.model.keys}
        for (_, key_id), key in self.model.keys.items():
            found = self.kms.describe_key(KeyId=key_id)["KeyMetadata"]
            assert (found["KeyState"], found["Enabled"]) == (key.state, key.state == "Enabled")
            store_id = key.store.store_id if key.store else None
            assert found.get("CustomKeyStoreId") == store_id

    def teardown(self):
        """At the end every ciphertext is asked for."""
        try:
            if hasattr(self, "stores"):
                for blob in self.blobs[-10:]:
                    self.open(blob, HOME, {})
        finally:
            super().teardown()


TestLivesOfKeyStores = LivesOfKeyStores.TestCase
TestLivesOfKeyStores.settings = how_many(20)
