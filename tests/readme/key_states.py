"""Which operations a key's state allows, as they declare it."""

from typing import get_args

from readme.markdown import grouped, table

import kmsmock.pipeline  # noqa: F401 - its imports declare the operations
from kmsmock.domain.key_state import ANY, LEAVING, REFUSALS, KeyState
from kmsmock.operation import OPERATIONS

STATES = ("Enabled", *(state for state in get_args(KeyState) if state != "Enabled"))
MARKS = {"DisabledException": " (D)", "KMSInvalidStateException": ""}
"""What is written after a state, for the error with which it refuses."""


def key_states():
    """Give the table; operations that allow the same states share a row."""
    allowed = {}
    for (_service, name), operation in sorted(OPERATIONS.items()):
        for target in operation.targets:
            states = getattr(target, "states", None)
            if isinstance(states, frozenset) and states <= ANY:
                allowed[name] = allowed.get(name, ANY) & states
    rows = (
        [", ".join(names), _allowing(states), _refusing(states)]
        for states, names in sorted(
            grouped(allowed.items()), key=lambda group: (-len(group[0]), group[1])
        )
    )
    return table(["Operations", "Allowed in", "Refused in"], rows)


def _allowing(states):
    if len(states) == len(STATES):
        return "every state"
    return ", ".join(state for state in STATES if state in states)


def _refusing(states):
    refusing = [state + _mark(state, states) for state in STATES if state not in states]
    return ", ".join(refusing) or "no state"


def _mark(state, states):
    error = REFUSALS["PendingDeletion" if states == LEAVING else state][0]
    return MARKS[error.__name__]
