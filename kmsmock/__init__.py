"""AWS KMS and AWS CloudHSM v2 in process, for tests and notebooks written against boto3."""

from kmsmock.mock import AfterPolls, current, mock_kms_cloudhsm

__all__ = ["AfterPolls", "current", "mock_kms_cloudhsm"]
