"""What kinds of keys there are."""

from readme.markdown import grouped, table

from kmsmock.domain.key_spec import ALGORITHMS, is_offered, origins_of

PARTITIONS = {
    (True, True): "all",
    (True, False): "not in China",
    (False, True): "China only",
}


def key_specs():
    """Give the table; specs that differ in nothing else share a row."""
    rows = grouped(
        (spec, (usage, algorithms, origins_of(spec), _where(spec)))
        for spec, usages in ALGORITHMS.items()
        for usage, algorithms in usages.items()
    )
    return table(
        ["KeySpec", "KeyUsage", "Algorithms", "Origin", "Regions"],
        (
            [", ".join(specs), usage, ", ".join(algorithms), ", ".join(origins), where]
            for (usage, algorithms, origins, where), specs in rows
        ),
    )


def _where(spec):
    return PARTITIONS[is_offered(spec, "aws"), is_offered(spec, "aws-cn")]
