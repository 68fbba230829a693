import pytest
from key_stores import (
    PASSWORD,
    admin_cli,
    connected,
    create,
    create_key,
    disconnect,
    entry,
    fit_cluster,
    kms_user_cli,
    outcome,
    succeed,
)

NEW_PASSWORD = "NewPassword1"


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def admin(aws, cluster):
    """A CLI in which the administrator is logged in."""
    return admin_cli(aws, cluster)


def log_in_wrongly(aws, cluster, times):
    """The owner types a wrong password for kmsuser."""
    for _ in range(times):
        cli = aws.cloudhsm_cli(cluster.cluster_id)
        assert cli.login("kmsuser", "wrongPassword1", "crypto-user")["error_code"] == 1


def is_refused(result):
    return result["error_code"] == 1


def test_connecting_needs_kmsuser(aws, kms):
    """A cluster without a crypto user kmsuser ends in USER_NOT_FOUND."""
    store_id = create(kms, aws.cluster())

    assert outcome(kms, store_id) == "USER_NOT_FOUND"


def test_kmsuser_is_a_crypto_user(aws, kms):
    """An administrator of the name kmsuser is not the one that KMS looks for."""
    cluster = aws.cluster()
    succeed(admin_cli(aws, cluster).user_create("kmsuser", PASSWORD, "admin"))

    assert outcome(kms, create(kms, cluster)) == "USER_NOT_FOUND"


def test_kmsuser_is_found_in_any_case(aws, kms):
    """The HSMs keep names in lower case, so KMSUser is kmsuser."""
    cluster = aws.cluster()
    succeed(admin_cli(aws, cluster).user_create("KMSUser", PASSWORD, "crypto-user"))

    assert outcome(kms, create(kms, cluster)) == "CONNECTED"


@pytest.mark.parametrize("password", ["kmspswd1", "KMSPSWD1", "kmsPswd1 "])
def test_password_must_be_exact(kms, cluster, password):
    """A password that differs in case or length from kmsuser's is INVALID_CREDENTIALS."""
    store_id = create(kms, cluster, KeyStorePassword=password)

    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"


def test_password_may_have_special_characters(aws, kms):
    """Nobody refuses a special character, though AWS asks for letters and digits."""
    cluster = aws.cluster()
    succeed(admin_cli(aws, cluster).user_create("kmsuser", "kms-pswd!", "crypto-user"))

    assert outcome(kms, create(kms, cluster, KeyStorePassword="kms-pswd!")) == "CONNECTED"


def test_second_factor_keeps_kms_out(aws, kms, cluster):
    """KMS cannot log in as a kmsuser that needs a second factor."""
    store_id = create(kms, cluster)
    # The CLI here has no command that sets one.
    aws._builder().find_cluster(cluster.cluster_id).users["kmsuser"].mfa = True

    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"


def test_connecting_changes_the_password(aws, kms, cluster):
    """After connecting, kmsuser has a password that the owner does not know."""
    disconnect(kms, connected(kms, cluster))

    cli = aws.cloudhsm_cli(cluster.cluster_id)

    assert is_refused(cli.login("kmsuser", PASSWORD, "crypto-user"))


def test_failing_to_connect_keeps_the_password(aws, kms, cluster):
    """A key store that ends FAILED has changed no password."""
    store_id = create(kms, cluster, KeyStorePassword="wrongPassword1")
    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"

    kms_user_cli(aws, cluster, PASSWORD)


def test_password_changes_at_every_connection(aws, kms, cluster):
    """Each connection gives kmsuser another password."""
    store_id = connected(kms, cluster)
    user = aws._builder().find_cluster(cluster.cluster_id).users["kmsuser"]
    first = user._password
    disconnect(kms, store_id)
    assert outcome(kms, store_id) == "CONNECTED"

    second = user._password

    assert first != second
    for password in (first, second):
        assert password.isalnum()
        assert 7 <= len(password) <= 32


def test_kms_knows_its_own_last_password(kms, cluster):
    """A key store that was only disconnected connects again without an update."""
    store_id = connected(kms, cluster)

    for _ in range(3):
        disconnect(kms, store_id)
        assert outcome(kms, store_id) == "CONNECTED"


def test_owner_cannot_be_kmsuser_while_connected(aws, kms, cluster):
    """While a key store is connected, kmsuser is KMS's alone, and the wrong tries do not count."""
    store_id = connected(kms, cluster)

    log_in_wrongly(aws, cluster, times=6)

    disconnect(kms, store_id)
    assert outcome(kms, store_id) == "CONNECTED"


def test_password_cannot_be_changed_while_connected(kms, cluster, admin):
    """While a key store is connected, not even an administrator changes kmsuser's password."""
    store_id = connected(kms, cluster)

    assert is_refused(admin.user_change_password("kmsuser", NEW_PASSWORD, "crypto-user"))

    disconnect(kms, store_id)
    assert outcome(kms, store_id) == "CONNECTED"


def test_kmsuser_cannot_be_deleted_while_connected(kms, cluster, admin):
    """While a key store is connected, kmsuser is logged in and cannot be deleted."""
    connected(kms, cluster)

    assert is_refused(admin.user_delete("kmsuser", "crypto-user"))


def test_kms_must_be_told_a_new_password(kms, cluster, admin):
    """After an administrator changed the password, connecting fails until KMS is told."""
    store_id = connected(kms, cluster)
    disconnect(kms, store_id)
    succeed(admin.user_change_password("kmsuser", NEW_PASSWORD, "crypto-user"))
    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"
    disconnect(kms, store_id)

    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=NEW_PASSWORD)

    assert outcome(kms, store_id) == "CONNECTED"


def test_telling_a_password_sets_none(aws, kms, cluster):
    """UpdateCustomKeyStore tells KMS a password; kmsuser keeps its own."""
    store_id = create(kms, cluster)

    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=NEW_PASSWORD)

    kms_user_cli(aws, cluster, PASSWORD).logout()
    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"


def test_owner_in_the_way(aws, kms, cluster):
    """While the owner is logged in as kmsuser, connecting ends in USER_LOGGED_IN."""
    store_id = create(kms, cluster)
    owner = kms_user_cli(aws, cluster)
    assert outcome(kms, store_id) == "USER_LOGGED_IN"
    disconnect(kms, store_id)

    owner.logout()

    assert outcome(kms, store_id) == "CONNECTED"


def test_five_wrong_logins_lock_kmsuser(aws, kms, cluster):
    """Five wrong log-ins lock kmsuser, and connecting ends in USER_LOCKED_OUT."""
    store_id = create(kms, cluster)

    log_in_wrongly(aws, cluster, times=5)

    assert outcome(kms, store_id) == "USER_LOCKED_OUT"


def test_four_wrong_logins_do_not_lock(aws, kms, cluster):
    """Fewer than five wrong log-ins do no harm."""
    store_id = create(kms, cluster)

    log_in_wrongly(aws, cluster, times=4)

    assert outcome(kms, store_id) == "CONNECTED"


def test_kms_can_lock_kmsuser(kms, cluster):
    """KMS's own tries with a wrong password count as well."""
    store_id = create(kms, cluster, KeyStorePassword="wrongPassword1")
    outcomes = []

    for _ in range(6):
        outcomes.append(outcome(kms, store_id))
        disconnect(kms, store_id)

    assert outcomes == ["INVALID_CREDENTIALS"] * 5 + ["USER_LOCKED_OUT"]


def test_new_password_unlocks_kmsuser(aws, kms, cluster, admin):
    """Only an administrator's change of the password unlocks kmsuser; the same one will do."""
    store_id = create(kms, cluster)
    log_in_wrongly(aws, cluster, times=5)
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=PASSWORD)
    assert outcome(kms, store_id) == "USER_LOCKED_OUT"
    disconnect(kms, store_id)

    succeed(admin.user_change_password("kmsuser", PASSWORD, "crypto-user"))

    assert outcome(kms, store_id) == "CONNECTED"


def test_kmsuser_with_keys_stays(kms, cluster, admin):
    """Kmsuser owns the keys of the key store, so it cannot be deleted even when logged out."""
    store_id = connected(kms, cluster)
    create_key(kms, store_id)
    disconnect(kms, store_id)

    assert is_refused(admin.user_delete("kmsuser", "crypto-user"))


def test_password_is_never_shown(kms, cluster):
    """DescribeCustomKeyStores shows no password."""
    store_id = create(kms, cluster)

    assert PASSWORD not in str(entry(kms, store_id))
