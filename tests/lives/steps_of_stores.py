"""Steps in the life of key stores and of their keys."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from life import HOME, where
from model_states import SYMMETRIC, Blob
from model_time import MINUTE
from steps_of_clusters import EXTERNAL_KEYS, PASSWORDS, StepsOfClusters, any_cluster
from steps_of_keys import StepsOfStates
from store_model import Store

NAMES = ("one", "two", "three")

any_store = st.runner().flatmap(
    lambda life: st.sampled_from([*life.stores.by_id] * 3 + ["cks-00000000000000000"])
)


class StepsOfStores(StepsOfClusters):
    """Key stores, connected and not."""

    def on_store(self, store_id, operation, foretell, **request):
        return self.ask(
            lambda: foretell(self.stores.find(store_id)),
            self.kms,
            operation,
            CustomKeyStoreId=store_id,
            **request,
        )

    @precondition(lambda self: len(self.stores.by_id) < 4)
    @rule(name=st.sampled_from(NAMES), cluster=any_cluster, password=st.sampled_from(PASSWORDS))
    def create_store(self, name, cluster, password):
        for store in self.stores.by_id.values():
            if (store.name, store.home) == (name, cluster) and not isinstance(store.told, str):
                return  # what makes such a request equal to KMS's own password is not documented
        done = self.ask(
            lambda: self.stores.create(name, cluster, password),
            self.kms,
            "create_custom_key_store",
            CustomKeyStoreName=name,
            CloudHsmClusterId=cluster.cluster_id,
            TrustAnchorCertificate=self.ready[cluster].trust_anchor,
            KeyStorePassword=password,
        )
        if done:
            again, reply = done
            store_id = reply["CustomKeyStoreId"]
            if again is not None:
                assert store_id == again.store_id
            else:
                assert store_id not in self.stores.by_id
                self.stores.by_id[store_id] = Store(store_id, name, cluster, password)

    @rule(store_id=any_store)
    def connect(self, store_id):
        self.on_store(store_id, "connect_custom_key_store", self.stores.connect)

    @rule(store_id=any_store)
    def disconnect(self, store_id):
        self.on_store(store_id, "disconnect_custom_key_store", self.stores.disconnect)

    @rule(store_id=any_store, right=st.booleans(), again=st.booleans())
    def reconnect(self, store_id, right, again):
        """Disconnect, tell KMS kmsuser's password or a wrong one, and connect."""
        self.disconnect(store_id)
        self.advance(2 * MINUTE)
        store = self.stores.by_id.get(store_id)
        if store and not store.external:
            password = store.home.password if right else "wrongPassword2"
            if isinstance(password, str):
                self.update(store_id, None, password)
        self.connect(store_id)
        self.advance(30 * MINUTE)
        if again:  # no change when CONNECTED, and refused when FAILED
            self.connect(store_id)

    @rule(cluster=any_cluster, data=st.data())
    def inspect(self, cluster, data):
        """The owner disconnects, becomes kmsuser and looks at the keys in the cluster."""
        for store in list(self.stores.by_id.values()):
            if store.home is cluster:
                self.disconnect(store.store_id)
        self.advance(2 * MINUTE)
        if not cluster.owner:
            self.change_password(cluster, PASSWORDS[0])
            self.log_in_or_out(cluster)
        if cluster.owner and cluster.active:
            self.look_into(cluster, data, delete=False)
            self.log_in_or_out(cluster)

    @rule(store_id=any_store)
    def delete_store(self, store_id):
        self.on_store(store_id, "delete_custom_key_store", self.stores.delete)

    @rule(
        store_id=any_store,
        name=st.sampled_from((None, *NAMES)),
        password=st.sampled_from((None, *PASSWORDS)),
    )
    def update(self, store_id, name, password):
        store = self.stores.by_id.get(store_id)
        if store and store.external:
            password = None
        members = {"NewCustomKeyStoreName": name, "KeyStorePassword": password}
        members = {member: value for member, value in members.items() if value}
        if members:
            self.on_store(
                store_id,
                "update_custom_key_store",
                lambda store: self.stores.update(store, name, password),
                **members,
            )

    @rule(store_id=any_store)
    def generate_random(self, store_id):
        self.on_store(store_id, "generate_random", self.stores.generate_random, NumberOfBytes=8)


class StepsOfStoredKeys(StepsOfStores, StepsOfStates):
    """Keys in key stores, and some of KMS's own beside them."""

    @precondition(lambda self: len(self.model.keys) < 6)
    @rule(store_id=st.one_of(st.none(), any_store, any_store, any_store), number=st.integers(0, 1))
    def another_key(self, store_id, number):
        self.create_key(store_id, number)

    def create_key(self, store_id, number=0):
        store = self.stores.by_id.get(store_id)
        external_id = EXTERNAL_KEYS[number] if store and store.external else None
        origin = "AWS_KMS"
        members = {}
        if store_id:
            origin = "EXTERNAL_KEY_STORE" if external_id else "AWS_CLOUDHSM"
            members = {"Origin": origin, "CustomKeyStoreId": store_id}
        if external_id:
            members["XksKeyId"] = external_id

        def foretell():
            if store_id:
                self.stores.check_new_key(self.stores.find(store_id), external_id)

        done = self.ask(foretell, self.kms, "create_key", **members)
        if done:
            key_id = done[1]["KeyMetadata"]["KeyId"]
            key = self.model.create_key(HOME, key_id, SYMMETRIC, origin, store=store)
            self.ever[HOME, key_id] = None
            if store:
                store.keys.append(key)
                if external_id:
                    store.external_ids[key] = external_id
                else:
                    store.home.labels.add(key.arn)

    @rule(place=where("ScheduleKeyDeletion", lambda key: key.store), data=st.data())
    def let_go_disconnected(self, place, data):
        """What KMS cannot reach when a key is gone stays for its owner."""
        key = self.model.keys.get(place)
        if key and key.store and not key.store.external:
            self.disconnect(key.store.store_id)
            self.let_go(place)
            self.inspect(key.store.home, data)

    @rule(
        place=where("RotateKeyOnDemand", lambda key: key.store),
        what=st.sampled_from(("enable", "disable", "demand", "parameters", "delete", "pair")),
    )
    def do_what_stores_cannot(self, place, what):
        """Rotation, import and data key pairs are for keys that KMS keeps itself (1)."""
        model = self.model
        operation, foretell, members = {
            "enable": ("enable_key_rotation", lambda key: model.enable_rotation(key, 365), {}),
            "disable": ("disable_key_rotation", model.disable_rotation, {}),
            "demand": ("rotate_key_on_demand", model.rotate_on_demand, {}),
            "parameters": (
                "get_parameters_for_import",
                model.get_parameters,
                {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
            ),
            "delete": (
                "delete_imported_key_material",
                lambda k: model.delete_material(k, None),
                {},
            ),
            "pair": (
                "generate_data_key_pair",
                model.use_for_pair,
                {"KeyPairSpec": "ECC_NIST_P256"},
            ),
        }[what]
        self.on_key(place, operation, foretell, **members)

    @rule(place=where("cryptographic", lambda key: key.store), data_key=st.booleans())
    def encrypt(self, place, data_key):
        done = self.on_key(
            place,
            "generate_data_key" if data_key else "encrypt",
            lambda key: self.model.use(key, "Encrypt"),
            **({"KeySpec": "AES_256"} if data_key else {"Plaintext": b"secret"}),
        )
        if done:
            plaintext = done[1].get("Plaintext", b"secret")
            shared = self.model.keys[place].shared
            self.blobs.append(Blob(shared, done[0], {}, plaintext, done[1]["CiphertextBlob"]))

    @precondition(lambda self: self.blobs)
    @rule(data=st.data(), context=st.sampled_from(({}, {}, {}, {"a": "1"})))
    def decrypt(self, data, context):
        self.open(data.draw(st.sampled_from(self.blobs)), HOME, context)

    @precondition(lambda self: self.blobs)
    @rule(data=st.data(), place=where("cryptographic"))
    def re_encrypt(self, data, place):
        blob = data.draw(st.sampled_from(self.blobs))
        done = self.ask(
            lambda: self.model.re_encrypt(HOME, blob, place[1]),
            self.kms,
            "re_encrypt",
            CiphertextBlob=blob.ciphertext,
            DestinationKeyId=place[1],
        )
        if done:
            shared = self.model.keys[place].shared
            again = Blob(shared, done[0][1], {}, blob.plaintext, done[1]["CiphertextBlob"])
            self.blobs.append(again)
