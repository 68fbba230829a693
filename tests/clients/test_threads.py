"""Many threads at once on one world."""

import concurrent.futures
import threading

import boto3
import pytest
from botocore.exceptions import ClientError

WORKS_WITH = {
    "threads": "many clients at once on one world",
}

CLIENTS = 16
ROUNDS = 8


@pytest.fixture
def clients(aws):
    """Sixteen KMS clients, made one after another as boto3's guide asks for."""
    session = boto3.Session()
    return [session.client("kms", region_name="us-east-1") for _ in range(CLIENTS)]


def at_once(work, clients):
    """Do the work with every client in a thread of its own, all starting together."""
    together = threading.Barrier(len(clients))

    def begin(client):
        together.wait(timeout=30)
        return work(client)

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(begin, clients))


def test_sixteen_clients_create_different_keys(kms, clients):
    """No id is given twice, and every key is there afterwards."""

    def create(client):
        return [client.create_key()["KeyMetadata"]["KeyId"] for _ in range(ROUNDS)]

    made = [key_id for ids in at_once(create, clients) for key_id in ids]

    pages = kms.get_paginator("list_keys").paginate()
    assert len(set(made)) == len(made) == CLIENTS * ROUNDS
    assert {key["KeyId"] for page in pages for key in page["Keys"]} == set(made)


def test_lists_are_read_while_others_create(clients):
    """No list breaks off, and each holds at least what its reader made before."""

    def create_and_list(client):
        for number in range(ROUNDS):
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            alias = f"alias/{key_id}"
            client.create_alias(AliasName=alias, TargetKeyId=key_id)
            client.tag_resource(KeyId=key_id, Tags=[{"TagKey": "n", "TagValue": str(number)}])
            pages = client.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 7})
            assert alias in {found["AliasName"] for page in pages for found in page["Aliases"]}
            keys = client.get_paginator("list_keys").paginate()
            assert key_id in {key["KeyId"] for page in keys for key in page["Keys"]}

    at_once(create_and_list, clients)


def test_sixteen_clients_use_one_key(key_id, clients):
    """Every thread reads what every other one encrypted, while the key is rotated."""

    def encrypt(client):
        ciphertext = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
        client.generate_data_key(KeyId=key_id, KeySpec="AES_256")
        client.describe_key(KeyId=key_id)
        return ciphertext

    ciphertexts = at_once(encrypt, clients)
    clients[0].rotate_key_on_demand(KeyId=key_id)

    def decrypt(client):
        return {client.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in ciphertexts}

    assert at_once(decrypt, clients) == [{b"secret"}] * CLIENTS


def test_of_sixteen_who_want_one_alias_one_gets_it(key_id, clients):
    """The others are refused with the error that they deserve."""

    def claim(client):
        try:
            client.create_alias(AliasName="alias/one", TargetKeyId=key_id)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return None

    answers = at_once(claim, clients)

    assert sorted(answers, key=str) == ["AlreadyExistsException"] * (CLIENTS - 1) + [None]


def test_one_client_may_serve_all_threads(kms):
    """boto3's clients may be shared, and so may the mock's answers to one."""
    made = at_once(lambda client: client.create_key()["KeyMetadata"]["KeyId"], [kms] * CLIENTS)

    assert len(set(made)) == CLIENTS


def test_both_services_answer_at_once(aws, clients):
    """Clusters and keys are made side by side; each key store finds its own cluster."""

    def build(client):
        store = aws.key_store(f"store-{id(client)}")
        made = client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id)[
            "KeyMetadata"
        ]
        return made["CloudHsmClusterId"] == store.cluster.cluster_id

    assert at_once(build, clients[:4]) == [True] * 4
