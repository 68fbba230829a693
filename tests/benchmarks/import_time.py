"""Says how long the import of boto3 takes, and a mock's then: `python import_time.py moto`."""

import sys

from timing import now

begun = now()
import boto3  # noqa: E402, F401 - it is measured

boto3_is_there = now()
if sys.argv[1] == "kmsmock":
    from kmsmock import mock_kms_cloudhsm  # noqa: F401 - it is measured
elif sys.argv[1] == "moto":
    from moto import mock_aws  # noqa: F401 - it is measured
mock_is_there = now()
print(boto3_is_there - begun, mock_is_there - boto3_is_there)  # noqa: T201 - it is the answer
