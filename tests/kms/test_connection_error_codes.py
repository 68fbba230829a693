"""Each ConnectionErrorCode of AWS CloudHSM key stores, and the test that reaches it.

The codes of external key stores are in test_external_key_store_errors.py.
"""

from pathlib import Path

import pytest
from connection_error_codes import OF_CLUSTERS

from kmsmock.protocol.model import service_model

TESTS = Path(__file__).parent.parent


def test_every_code_of_the_model_is_reached():
    """A code that botocore's model adds fails here first."""
    codes = service_model("kms").shape_for("ConnectionErrorCodeType").enum

    assert {code for code in codes if not code.startswith("XKS_")} == OF_CLUSTERS.keys()


@pytest.mark.parametrize("code", OF_CLUSTERS)
def test_code_is_expected_by_its_test(code):
    """The file named for a code has a test that ends in it."""
    _how, path = OF_CLUSTERS[code]

    assert f'"{code}"' in (TESTS / path).read_text("utf-8")
