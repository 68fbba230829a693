"""AWS KMS's custom key stores, told a second time, beside the model of keys.

The numbers are sections of custom-key-stores.md, which follows
https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html.
"""

from dataclasses import dataclass, field

from model_states import Key, Refused

WRONG_LOGINS_THAT_LOCK = 5


@dataclass(eq=False)
class Cluster:
    """A cluster, as far as a key store knows of it (3).

    Attributes:
        hsms: the id of an HSM -> its zone.
        failed: those of them that do not answer.
        password: of kmsuser; an object of its own when KMS has set it.
        owner: whether the owner is logged in as kmsuser.
        labels: of the keys that kmsuser owns: the ARNs of KMS keys.
    """

    cluster_id: str
    password: object
    hsms: dict[str, str]
    failed: set[str] = field(default_factory=set)
    deleted: bool = False
    reached: bool = True
    owner: bool = False
    wrong_logins: int = 0
    labels: set[str] = field(default_factory=set)

    def __repr__(self):
        return f"<{self.cluster_id}, {len(self.hsms)} HSMs, {len(self.failed)} failed>"

    @property
    def active(self):
        return set() if self.deleted else self.hsms.keys() - self.failed

    @property
    def zones(self):
        return {self.hsms[hsm] for hsm in self.active}

    @property
    def answers(self):
        """Whether KMS can use keys: one active HSM, and a way to it (4.1)."""
        return bool(self.active) and self.reached

    def obstacle(self, told):
        """What ends connecting in FAILED: the error codes that fit, or None (4.2).

        What prevents KMS from reaching the cluster prevents it from trying to log in.
        """
        if self.deleted:
            return {"CLUSTER_NOT_FOUND"}
        outside = {
            "INSUFFICIENT_CLOUDHSM_HSMS": not self.active,
            "NETWORK_ERRORS": not self.reached,
        }
        codes = {code for code, there in outside.items() if there}
        if codes:
            return codes
        if self.owner:
            return {"USER_LOGGED_IN"}
        if self.wrong_logins >= WRONG_LOGINS_THAT_LOCK:
            return {"USER_LOCKED_OUT"}
        if told != self.password:
            self.wrong_logins += 1
            return {"INVALID_CREDENTIALS"}
        return None


@dataclass(eq=False)
class Proxy:
    """An external key store's proxy and the key manager behind it (8).

    Attributes:
        enabled: the id of an external key -> whether it is.
    """

    enabled: dict[str, bool]
    fails: bool = False


@dataclass(eq=False)
class Store:
    """A custom key store, on a cluster or on a proxy.

    Attributes:
        told: kmsuser's password as KMS knows it.
        creation: what the owner asked for, as long as that is what the store has.
        errors: the error codes that a FAILED connection may have.
        attempt: counts, so that what is overtaken does not end later.
    """

    store_id: str
    name: str
    home: Cluster | Proxy
    told: object = None
    state: str = "DISCONNECTED"
    errors: set[str] = field(default_factory=set)
    attempt: int = 0
    keys: list[Key] = field(default_factory=list)
    external_ids: dict[Key, str] = field(default_factory=dict)

    def __repr__(self):
        return f"<{self.name}: {self.state}, {len(self.keys)} keys, on {self.home}>"

    @property
    def external(self):
        return isinstance(self.home, Proxy)

    def require_use(self, key):
        """The state of the key has been checked; now its store must answer (5, 8.4).

        What becomes of the cluster or the external key does not change the KeyState.
        """
        if self.external:
            works = not self.home.fails and self.home.enabled[self.external_ids[key]]
        else:
            works = self.home.answers and key.arn in self.home.labels
        if not works:
            raise Refused("KMSInvalidStateException")

    def end_key(self, key):
        """A key is gone; so is its material, if KMS can still reach it (5).

        Its external key stays, and may be another KMS key's (8.5).
        """
        self.keys.remove(key)
        self.external_ids.pop(key, None)
        if not self.external and self.state == "CONNECTED" and self.home.answers:
            self.home.labels.discard(key.arn)


WRONG_STATE = "CustomKeyStoreInvalidStateException"


class Stores:
    """The custom key stores of one account and Region."""

    def __init__(self, time, keys):
        self.time, self.keys = time, keys
        self.by_id = {}

    def find(self, store_id):
        if store_id not in self.by_id:
            raise Refused("CustomKeyStoreNotFoundException")
        return self.by_id[store_id]

    def create(self, name, cluster, password):
        """Give the equal store that is DISCONNECTED, if there is one (2.1)."""
        for store in self.by_id.values():
            same = (store.name, store.home, store.told) == (name, cluster, password)
            if same and store.state == "DISCONNECTED":
                return store
        if name in {store.name for store in self.by_id.values()}:
            raise Refused("CustomKeyStoreNameInUseException")
        if len(self.by_id) >= 10:
            raise Refused("LimitExceededException")
        if cluster.deleted:
            # Whether a deleted cluster is found is not documented.
            raise Refused("CloudHsmClusterNotFoundException", "CloudHsmClusterInUseException")
        if cluster in {store.home for store in self.by_id.values()}:
            raise Refused("CloudHsmClusterInUseException")
        if len(cluster.zones) < 2:
            raise Refused("CloudHsmClusterInvalidConfigurationException")
        return None

    def update(self, store, name=None, password=None):
        """A name needs CONNECTED or DISCONNECTED, a password DISCONNECTED (6)."""
        allowed = {"DISCONNECTED"} if password else {"CONNECTED", "DISCONNECTED"}
        if store.state not in allowed:
            raise Refused(WRONG_STATE)
        if name and name in {other.name for other in self.by_id.values() if other is not store}:
            raise Refused("CustomKeyStoreNameInUseException")
        store.name = name or store.name
        store.told = password or store.told

    def delete(self, store):
        if store.state != "DISCONNECTED":
            raise Refused(WRONG_STATE)
        if store.keys:
            raise Refused("CustomKeyStoreHasCMKsException")
        del self.by_id[store.store_id]

    # The connection (4)

    def connect(self, store):
        if store.state in ("CONNECTED", "CONNECTING"):
            return
        if store.state != "DISCONNECTED":
            raise Refused(WRONG_STATE)
        store.state = "CONNECTING"
        store.attempt += 1
        change = "proxy connection" if store.external else "connection"
        self.time.after(change, lambda attempt=store.attempt: self._connected(store, attempt))

    def _connected(self, store, attempt):
        if store.attempt != attempt:
            return
        if store.external:
            errors = {"XKS_PROXY_NOT_REACHABLE"} if store.home.fails else None
        else:
            errors = store.home.obstacle(store.told)
        if errors:
            store.state, store.errors = "FAILED", errors
            return
        store.state = "CONNECTED"
        if not store.external:
            store.home.wrong_logins = 0
            store.told = store.home.password = object()

    def disconnect(self, store):
        if store.state in ("DISCONNECTED", "DISCONNECTING"):
            raise Refused(WRONG_STATE)
        store.state, store.errors = "DISCONNECTING", set()
        store.attempt += 1
        self.time.after("disconnection", lambda attempt=store.attempt: self._off(store, attempt))

    def _off(self, store, attempt):
        if store.attempt == attempt:
            store.state = "DISCONNECTED"

    def connection_to(self, cluster):
        """The store that is logged in as kmsuser of a cluster, or None."""
        for store in self.by_id.values():
            if store.home is cluster and store.state == "CONNECTED":
                return store
        return None

    # Its keys (5, 8.5)

    def check_new_key(self, store, external_id=None):
        if store.state != "CONNECTED":
            raise Refused(WRONG_STATE)
        if store.external:
            if external_id in store.external_ids.values():
                raise Refused("XksKeyAlreadyInUseException")
            if store.home.fails:
                raise Refused(WRONG_STATE)
            if not store.home.enabled[external_id]:
                raise Refused("XksKeyInvalidConfigurationException")
        elif len(store.home.zones) < 2:
            raise Refused("CloudHsmClusterInvalidConfigurationException")
        elif not store.home.reached:
            raise Refused(WRONG_STATE)

    def generate_random(self, store):
        if store.external:
            raise Refused("UnsupportedOperationException")
        if store.state != "CONNECTED" or not store.home.answers:
            raise Refused(WRONG_STATE)
