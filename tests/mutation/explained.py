"""Mutants that no test can notice, and why."""

EXPLAINED: dict[str, str] = {}
