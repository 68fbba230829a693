"""Files of worlds, as tests write and read them."""

import base64
import json

from clients_at_hand import REGION

from kmsmock import mock_kms_cloudhsm

ACCOUNT = "123456789012"
KEY_ID = "11111111-2222-3333-4444-555555555555"
SEED = {
    "kmsmock": 1,
    "accounts": {
        ACCOUNT: {
            REGION: {
                "keys": [{"key_id": KEY_ID, "material": base64.b64encode(bytes(32)).decode()}],
                "aliases": {"alias/app": KEY_ID},
            }
        }
    },
}
"""What a test's author writes by hand."""


def loaded(path, **settings):
    """A mock whose world is the file's."""
    return mock_kms_cloudhsm(region=REGION, load=path, **settings)


def changed(document, path_to, value):
    """A copy of a document with one member changed; `...` takes it out."""
    document = json.loads(json.dumps(document))
    place = document
    for step in path_to[:-1]:
        place = place[step]
    if value is ...:
        del place[path_to[-1]]
    else:
        place[path_to[-1]] = value
    return document
