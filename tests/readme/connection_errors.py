"""What leads to each ConnectionErrorCode of a custom key store."""

import connection_error_codes as codes
from readme.markdown import breakable, table


def connection_error_codes():
    """Give the table, with the file of the tests that show it."""
    rows = [(code, how, path) for code, (how, path) in codes.OF_CLUSTERS.items()]
    rows += [
        (code, f'`store.proxy.fail("{how}")`', codes.OF_EXTERNAL_KEY_STORES)
        for code, how in codes.OF_PROXIES.items()
        if code not in codes.OF_CLUSTERS
    ]
    rows += [
        (code, how, codes.OF_EXTERNAL_KEY_STORES)
        for code, how in codes.OF_VPC_ENDPOINT_SERVICES.items()
    ]
    return table(
        ["ConnectionErrorCode", "What leads to it", "Proved by"],
        ([breakable(code), how, f"[test](tests/{path})"] for code, how, path in sorted(rows)),
    )
