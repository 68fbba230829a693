"""Bytes to dictionaries and back: AWS JSON 1.1 and botocore's service models, nothing of KMS."""
