"""All operations, by the module that has them: each is about one resource."""

from readme.markdown import table

import kmsmock.pipeline  # noqa: F401 - its imports declare the operations
from kmsmock.operation import OPERATIONS

SUBJECTS = {"hsms": "HSMs", "macs": "MACs", "multi_region": "multi-Region keys"}
"""Modules whose subject is written otherwise."""


def operations():
    """Give the table of what is served."""
    rows = {}
    for (service, name), operation in OPERATIONS.items():
        module = operation.handler.__module__.rpartition(".")[2]
        subject = SUBJECTS.get(module, module.replace("_", " "))
        rows.setdefault((service, subject), []).append(name)
    return table(
        ["Service", "About", "Operations"],
        (
            [f"`{service}`", subject, ", ".join(sorted(names))]
            for (service, subject), names in sorted(rows.items())
        ),
    )
