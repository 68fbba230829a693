"""Keys that are shared or changed, and second factors, by the CloudHSM CLI."""

import pytest
from clusters import active_cluster, admin_cli, rsa_key
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PASSWORD = "Password1"


@pytest.fixture
def cluster_id(aws, cloudhsm):
    """An active cluster with two HSMs."""
    return active_cluster(aws, cloudhsm)


@pytest.fixture
def admin(aws, cluster_id):
    """A CLI in which the administrator is logged in; there are the crypto users alice and bob."""
    cli = admin_cli(aws, cluster_id)
    for name in ("alice", "bob"):
        cli.user_create(name, PASSWORD, "crypto-user")
    return cli


@pytest.fixture
def alice(aws, admin, cluster_id):
    """A CLI in which alice is logged in, who has the key `k`."""
    cli = logged_in(aws, cluster_id, "alice")
    cli.key_generate_symmetric_aes("k")
    return cli


@pytest.fixture
def bob(aws, admin, cluster_id):
    """A CLI in which bob is logged in."""
    return logged_in(aws, cluster_id, "bob")


def logged_in(aws, cluster_id, name):
    cli = aws.cloudhsm_cli(cluster_id)
    assert cli.login(name, PASSWORD, "crypto-user")["error_code"] == 0
    return cli


def labels(cli):
    return [key["attributes"]["label"] for key in cli.key_list()["data"]["matched_keys"]]


def public_pem(key):
    public_key = key.public_key()
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_shared_key_is_listed(alice, bob):
    """`key share` shows a key to another user, and `key unshare` hides it again."""
    result = alice.run("key share --filter attr.label=k --username Bob --role crypto-user")
    assert result == {"error_code": 0, "data": {"message": "Key shared successfully"}}
    assert labels(bob) == ["k"]

    result = alice.run("key unshare --filter attr.label=k --username bob --role crypto-user")

    assert result == {"error_code": 0, "data": {"message": "Key unshared successfully"}}
    assert labels(bob) == []


def test_shared_users_are_told(alice, bob):
    """`key list --verbose` tells the owner and the users whom the key is shared with."""
    alice.key_share("attr.label=k", "bob", "crypto-user")

    (key,) = bob.key_list(verbose=True)["data"]["matched_keys"]

    assert key["key-info"]["key-owners"] == [{"username": "alice", "key-coverage": "full"}]
    assert key["key-info"]["shared-users"] == [{"username": "bob", "key-coverage": "full"}]


def test_shared_key_is_still_the_owners(alice, bob):
    """A user with whom a key is shared can neither delete, change nor share it."""
    alice.key_share("attr.label=k", "bob", "crypto-user")

    for result in (
        bob.key_delete("attr.label=k"),
        bob.key_set_attribute("attr.label=k", "wrap", True),
        bob.key_unshare("attr.label=k", "bob", "crypto-user"),
    ):
        assert result["error_code"] == 1
        assert "alice" in result["data"]


@pytest.mark.parametrize(
    ("username", "role"), [("nobody", "crypto-user"), ("admin", "admin"), ("alice", "crypto-user")]
)
def test_keys_are_shared_with_other_crypto_users(alice, username, role):
    """A key is shared with crypto users who do not have it yet."""
    assert alice.key_share("attr.label=k", username, role)["error_code"] == 1
    assert alice.key_unshare("attr.label=k", username, role)["error_code"] == 1


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [("wrap", True, True), ("encrypt", "false", False), ("label", "l", "l"), ("id", "AB", "0xab")],
)
def test_attributes_are_set(alice, name, value, shown):
    """`key set-attribute` sets what a key may do, its label or its id."""
    result = alice.key_set_attribute("attr.label=k", name, value)

    assert result == {"error_code": 0, "data": {"message": "Attribute set successfully"}}
    (key,) = alice.key_list(verbose=True)["data"]["matched_keys"]
    assert key["attributes"][name] == shown


def test_key_that_never_leaves_stays_so(alice):
    """A key cannot be made extractable, in AWS's words."""
    alice.key_set_attribute("attr.label=k", "extractable", False)

    result = alice.run("key set-attribute --filter attr.label=k --name extractable --value true")

    text = "Attribute extractable cannot be set to the value true by the user for this operation"
    assert result == {"error_code": 1, "data": text}


@pytest.mark.parametrize("make", [rsa_key, lambda: ec.generate_private_key(ec.SECP256R1())])
def test_second_factor_ends_logins_by_password(aws, admin, bob, cluster_id, make):
    """A user with a public key for tokens cannot log in with a password alone."""
    result = bob.user_change_mfa_token_sign("bob", "crypto-user", public_pem(make()))
    assert result == {"error_code": 0, "data": {"username": "bob", "role": "crypto-user"}}

    bob.logout()

    assert bob.login("bob", PASSWORD, "crypto-user")["error_code"] == 1
    users = {user["username"]: user["mfa"] for user in admin.user_list()["data"]["users"]}
    assert users["bob"] == [{"strategy": "token-sign", "status": "enabled"}]
    assert users["alice"] == []


def test_second_factor_is_set_by_a_line(admin):
    """The administrator sets anybody's second factor, also on the command line."""
    pem = public_pem(rsa_key())

    result = admin.run(
        f'user change-mfa token-sign --username bob --role crypto-user --public-key "{pem}"'
    )

    assert result["error_code"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "no key",
        "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    ],
)
def test_second_factor_needs_a_public_key(bob, text):
    """A text that is no public key sets nothing."""
    assert bob.user_change_mfa_token_sign("bob", "crypto-user", text)["error_code"] == 1

    bob.logout()
    assert bob.login("bob", PASSWORD, "crypto-user")["error_code"] == 0


def test_second_factor_is_ones_own(aws, bob, cluster_id):
    """A crypto user sets no other user's second factor, and nobody's without a log-in."""
    pem = public_pem(rsa_key())

    assert bob.user_change_mfa_token_sign("alice", "crypto-user", pem)["error_code"] == 1
    nobody = aws.cloudhsm_cli(cluster_id)
    assert nobody.user_change_mfa_token_sign("bob", "crypto-user", pem)["error_code"] == 1
