"""Worlds on disk: `aws.save(path)` and `mock_kms_cloudhsm(load=path)`."""
