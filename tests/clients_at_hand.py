"""One boto3 session for all tests, which reads botocore's models once."""

import boto3
from botocore.config import Config

REGION = "us-east-1"
SESSION = boto3.Session()
NO_RETRIES = Config(retries={"total_max_attempts": 1})
"""botocore takes LimitExceededException for throttling, and would sleep and try again."""
