"""What kinds of keys there are."""

from readme.markdown import breakable, grouped, table

from kmsmock.domain.key_spec import ALGORITHMS, is_offered, origins_of

WHERE = {(True, True): "", (True, False): " (not in China)", (False, True): " (China only)"}
"""Whether there are keys of a spec in most partitions, and in China -> what is said of it."""


def key_specs():
    """Give the table; specs that differ in nothing else share a row."""
    rows = grouped(
        (f"{spec}{_where(spec)}", (usage, algorithms, origins_of(spec)))
        for spec, usages in ALGORITHMS.items()
        for usage, algorithms in usages.items()
    )
    return table(
        ["KeySpec", "KeyUsage", "Algorithms", "Origin"],
        (
            ["<br>".join(specs), breakable(usage), "<br>".join(algorithms), _lines(origins)]
            for (usage, algorithms, origins), specs in rows
        ),
    )


def _lines(names):
    return breakable("<br>".join(names))


def _where(spec):
    return WHERE[is_offered(spec, "aws"), is_offered(spec, "aws-cn")]
