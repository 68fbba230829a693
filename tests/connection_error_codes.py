"""What leads to each ConnectionErrorCode in a test, and the file of tests that shows it."""

from proxy_failures import FAILURES, UNHEALTHY

OF_CLUSTERS = {
    "CLUSTER_NOT_FOUND": ("the cluster is deleted", "kms/test_custom_key_store_failures.py"),
    "INSUFFICIENT_CLOUDHSM_HSMS": (
        "no HSM is left: DeleteHsm, or `aws.hsm(id).fail()`",
        "kms/test_custom_key_store_failures.py",
    ),
    "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET": (
        "`aws.network.exhaust_subnet(id)`",
        "kms/test_custom_key_store_failures.py",
    ),
    # Inside AWS: nothing that a test could break leads to it.
    "INTERNAL_ERROR": ("`aws.faults.add(...)` on ConnectCustomKeyStore", "test_faults.py"),
    "INVALID_CREDENTIALS": ("`kmsuser` has another password", "kms/test_kmsuser.py"),
    "NETWORK_ERRORS": (
        "`aws.network.disconnect(cluster_id)`",
        "kms/test_recovery_from_backup.py",
    ),
    "SUBNET_NOT_FOUND": (
        "`aws.network.delete_subnet(id)`",
        "kms/test_custom_key_store_failures.py",
    ),
    "USER_LOCKED_OUT": ("too many wrong log-ins as `kmsuser`", "kms/test_kmsuser.py"),
    "USER_LOGGED_IN": ("`kmsuser` is logged in through the CloudHSM CLI", "kms/test_kmsuser.py"),
    "USER_NOT_FOUND": (
        '`kmsuser` was never made, or `aws.hsm(id).forget_user("kmsuser")`',
        "kms/test_kmsuser.py",
    ),
}
"""Code of AWS CloudHSM key stores -> what leads to it, and its file of tests."""

OF_PROXIES = {failure.connection_code: failure.how for failure in (*FAILURES, UNHEALTHY)}
"""Code of external key stores -> a failure of the proxy that leads to it."""

OF_VPC_ENDPOINT_SERVICES = {
    "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION": (
        "`aws.network.vpc_endpoint_service(name, ...)` with something that does not fit"
    ),
    "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND": "`aws.network.delete_vpc_endpoint_service(name)`",
}
"""Code of external key stores -> what leads to it in the network."""

OF_EXTERNAL_KEY_STORES = "kms/test_external_key_store_errors.py"
