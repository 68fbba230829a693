"""What a test puts in a call's way: planned faults, and quotas that are enforced."""
