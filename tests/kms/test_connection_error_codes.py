"""Each ConnectionErrorCode of AWS CloudHSM key stores, and the test that reaches it.

The codes of external key stores are in test_external_key_store_errors.py.
"""

from pathlib import Path

import pytest

from kmsmock.protocol.model import service_model

HERE = Path(__file__).parent
FROM_FAULTS = "../test_faults.py"
REACHED_IN = {
    "CLUSTER_NOT_FOUND": "test_custom_key_store_failures.py",
    "INSUFFICIENT_CLOUDHSM_HSMS": "test_custom_key_store_failures.py",
    "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET": "test_custom_key_store_failures.py",
    "INTERNAL_ERROR": FROM_FAULTS,  # inside AWS: nothing that a test could break leads to it
    "INVALID_CREDENTIALS": "test_kmsuser.py",
    "NETWORK_ERRORS": "test_recovery_from_backup.py",
    "SUBNET_NOT_FOUND": "test_custom_key_store_failures.py",
    "USER_LOCKED_OUT": "test_kmsuser.py",
    "USER_LOGGED_IN": "test_kmsuser.py",
    "USER_NOT_FOUND": "test_kmsuser.py",
}


def test_every_code_of_the_model_is_reached():
    """A code that botocore's model adds fails here first."""
    codes = service_model("kms").shape_for("ConnectionErrorCodeType").enum

    assert {code for code in codes if not code.startswith("XKS_")} == REACHED_IN.keys()


@pytest.mark.parametrize("code", REACHED_IN)
def test_code_is_expected_by_its_test(code):
    """The file named for a code has a test that ends in it."""
    assert f'"{code}"' in (HERE / REACHED_IN[code]).read_text("utf-8")
