"""The only room that patches anything; it knows HTTP and botocore's hooks, nothing of KMS."""
