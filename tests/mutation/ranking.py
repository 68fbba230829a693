"""Which tests a mutant meets, and in which order."""

import itertools
from collections import Counter
from pathlib import Path

from mutants import Mutant

NEAREST = {
    "kmsmock/authorization/asking.py": ("authorization/test_condition_keys",),
    "kmsmock/authorization/attestation.py": ("authorization/test_attested_callers",),
    "kmsmock/authorization/caller.py": ("authorization/test_callers", "test_grant_life"),
    "kmsmock/authorization/global_keys.py": ("authorization/test_condition_keys",),
    "kmsmock/authorization/permissions.py": ("authorization/test_callers",),
    "kmsmock/authorization/evaluation.py": ("test_evaluation", "authorization/test_callers"),
    "kmsmock/authorization/decision.py": ("authorization/test_callers", "test_grant_life"),
    "kmsmock/authorization/key_policy.py": ("authorization/test_policy_doc", "kms/test_policies"),
    "kmsmock/authorization/policy.py": ("authorization/test_policy_documents",),
    "kmsmock/controls/transitions.py": ("test_transitions", "test_realistic_times"),
    "kmsmock/domain/cloudhsm_key_store.py": ("kms/test_custom_key_store",),
    "kmsmock/domain/cluster.py": ("tests/cloudhsmv2/", "test_cloudhsm_cli"),
    "kmsmock/domain/cluster_state.py": ("tests/cloudhsmv2/", "test_quotas", "test_cloudhsm_cli"),
    "kmsmock/domain/principal.py": ("authorization/test_callers", "test_grant_life"),
    "kmsmock/domain/external_proxy.py": ("tests/xks_proxy/",),
    "kmsmock/domain/grant.py": ("kms/test_grants", "authorization/test_grant"),
    "kmsmock/domain/hsm_key.py": ("domain/test_hsm_key", "test_cloudhsm_cli"),
    "kmsmock/domain/key_spec.py": ("kms/test_key_kinds", "kms/test_data_key_pairs"),
    "kmsmock/domain/key.py": ("kms/test_key", "kms/test_multi_region_material"),
    "kmsmock/domain/region.py": ("kms/test_keys", "kms/test_aws_managed_keys"),
    "kmsmock/domain/key_state.py": ("kms/test_key_states", "kms/test_rotation_and_key_state"),
}
"""The tests of tables whose file has not the name of the table's: no line tells who reads it."""
OF_EVERY_CLASS = (
    "tests/test_saved_worlds_refused",
    "tests/test_saved_worlds_usual",
    "tests/test_secrets",
)
"""Tests of what all classes have in common."""


class Ranking:
    """The tests, by what each of them reaches.

    Args:
        most: how many tests a mutant meets before it seems to survive.
        reached: as `Reached.tests`.
        at_import: as `Reached.at_import`.
    """

    def __init__(self, most: int, reached: dict[str, dict], at_import: dict[str, list]) -> None:
        self._most = most
        self._at_import = {module: frozenset(lines) for module, lines in at_import.items()}
        self._width = {
            test: sum(map(len, of["lines"].values())) * (0.05 + of["seconds"])
            for test, of in reached.items()
        }
        self._by_line: dict[tuple[str, int], list[str]] = {}
        self._by_module: dict[str, list[str]] = {}
        for test, of in reached.items():
            for module, lines in of["lines"].items():
                self._by_module.setdefault(module, []).append(test)
                for line in lines:
                    self._by_line.setdefault((module, line), []).append(test)
        self._every = list(reached)
        self._noticed: dict[str, Counter[str]] = {}

    def learn(self, mutant: Mutant, test: str) -> None:
        """Put a test that noticed something in a module before others."""
        if "::" in test:
            self._noticed.setdefault(mutant.module, Counter())[test] += 1

    def is_collected(self, mutant: Mutant) -> bool:
        """Whether tests reach it after all is imported and collected, and the import does not."""
        if mutant.lines & self._at_import.get(mutant.module, frozenset()):
            return False
        return any((mutant.module, line) in self._by_line for line in mutant.lines)

    def tests(self, mutant: Mutant) -> tuple[list[str], list[str]]:
        """Give those that reach the mutant: some that are likely to notice it, then all others."""
        nearest = NEAREST.get(mutant.module, (f"test_{Path(mutant.module).stem}",))
        near = {test for test in self._every if _is_in(test, (*nearest, *OF_EVERY_CLASS))}
        if self.is_collected(mutant):
            by_line = (self._by_line.get((mutant.module, line), ()) for line in mutant.lines)
            reaching = set(itertools.chain.from_iterable(by_line))
        else:
            reaching = near | set(self._by_module.get(mutant.module, ()))
        noticed = self._noticed.get(mutant.module, Counter())

        def rank(test: str) -> tuple:
            return -noticed[test], test not in near, self._width[test], test

        ranked = sorted(reaching, key=rank)
        first = max(self._most // 2, len(near & reaching))
        step = max(1, (len(ranked) - first) // max(1, self._most - first))
        soon = [*ranked[:first], *ranked[first::step]][: max(self._most, first)]
        return soon, sorted(reaching.difference(soon), key=rank)


def _is_in(test: str, files: tuple[str, ...]) -> bool:
    file = test.partition("::")[0]
    return any(name in file for name in files)
