"""Bodies and HTTP requests that no SDK sends, made from good ones by spoiling them at one place."""

from hypothesis import strategies as st

DEEP = 100_000
TOKENS = (
    *(b",", b"{", b"}", b"[", b"]", b'"', b"\\", b":", b"null", b"true", b"NaN", b"-Infinity"),
    *(b"1e999", b"-0", b"0x10", b"9" * 5000, b"1" + b"0" * 400, b"1E-400", b"\\ud800", b"\\u0000"),
    *(b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xf0\x9f\x94\x91", b"/**/", b"\n", b'"a":1,'),
)
"""What is inserted into JSON."""
WHOLES = (
    *(b"", b" ", b"null", b"[]", b"1", b'"x"', b"true", b"{}", b"{} {}", b"{}x", b"\xef\xbb\xbf{}"),
    *(b"[" * DEEP, b'{"a":' * DEEP, b"[" * 900 + b"]" * 900, b"9" * 100_000, b'"' + b"x" * DEEP),
    *("{}".encode("utf-16"), "{}".encode("utf-32"), b"\x00" * 1000, b'{"KeyId":"\\ud83d"}'),
    *(b'{"": 1}', b'{"KeyId": NaN}', b'{"KeyId": {"KeyId": {"KeyId": {}}}}', b"<xml/>", b"a=b"),
    b'{"KeyId":' + b"[" * 900 + b"]" * 900 + b"}",
    b"{" + b",".join(b'"a%d":0' % number for number in range(9999)) + b"}",
)
"""Bodies that are good for no operation, or only just."""


def spoilt_json(body, how, place, token):
    """Give JSON spoilt in one of five ways."""
    at = place % (len(body) + 1)
    return (
        lambda: body[:at],
        lambda: body[:at] + token + body[at:],
        lambda: flipped(body, place),
        lambda: b"{" + twice(body, token) + body[1:],
        lambda: body.replace(b'"', b"'") if place % 2 else body + token,
    )[how]()


def twice(body, token):
    """Give a first member of the name that the body begins with, of another value."""
    name = body[1:].partition(b":")[0]
    value = token if token in (b"null", b"true", b"-0", b"[]") else b"{}"
    return name + b":" + value + b"," if name != b"}" else b""


def flipped(body, place):
    """Give bytes with one bit the other way."""
    if not body:
        return body
    at = place // 8 % len(body)
    return body[:at] + bytes([body[at] ^ 1 << place % 8]) + body[at + 1 :]


JSON_BODIES = st.tuples(
    st.sampled_from((0, 1, 1, 2, 2, 2, 3, 4)), st.integers(0, 40_000), st.sampled_from(TOKENS)
)
"""How a body is spoilt: see `spoilt_json`."""

# HTTP

ODD = ("", " ", "x", "é", "\u2028", ".", "..", "/", "kms", "a" * 9000, "\x00", "%00", "*", "${a}")
ODD_HEADERS = {
    "X-Amz-Target": (
        *("TrentService", "TrentService.", ".ListKeys", "TrentService.listkeys"),
        *(
            "trentservice.ListKeys",
            "TrentService.TrentService.ListKeys",
            "BaldrApiService.ListKeys",
        ),
        *("TrentService.ListKeys ", "TrentService.__class__", "Other.ListKeys"),
    ),
    "Authorization": (
        *("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential="),
        *("AWS4-HMAC-SHA256 Credential=////", "AWS4-HMAC-SHA256 Credential=,,,=", "Bearer x"),
        "AWS4-HMAC-SHA256 Credential=AKIA/20230101/nowhere/kms/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=١٢٣٤٥٦٧٨٩٠١٢/20230101/us-east-1/kms/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=999999999999/20230101/*/s3/x, SignedHeaders=host, Signature=0",
    ),
    "X-Amz-Date": ("never", "20230101T000000Z"),
    "X-Amz-Security-Token": ("token",),
    "Content-Type": ("text/html", "application/x-amz-json-1.0", "application/cbor"),
    "Content-Encoding": ("gzip", "identity"),
    "Content-Length": ("0", "-1", "99999999999999"),
    "smithy-protocol": ("rpc-v2-cbor", "rpc-v2-json"),
    "Accept": ("application/cbor", "text/html"),
    "Host": ("example.com", "kms.eu-west-1.amazonaws.com"),
}
PATHS = (
    *("", "/", "//", "/?", "/?a=b", "/?X-Amz-Credential=", "/?X-Amz-Credential=a/b/c/kms/e"),
    "/?X-Amz-Credential=AKIA/20230101/us-east-1/kms/aws4_request&KeyId=none&Limit=x",
    *("/?X-Amz-Credential=%FF%FE&Limit=%", "/?Limit=²", "/?KeyId=a&KeyId=b", "/#a", "/;a?b"),
    *("/service/BaldrApiService/operation/DescribeClusters", "/service//operation/"),
    *("/service/TrentService/operation/ListKeys", "/service/%00/operation/x", "/%2e%2e/"),
)
METHODS = ("POST", "POST", "POST", "POST", "GET", "PUT", "HEAD", "DELETE", "OPTIONS", "x")

HTTP = st.tuples(
    st.sampled_from(METHODS),
    st.sampled_from(("/", "/", "/", *PATHS)),
    st.dictionaries(
        st.sampled_from(sorted(ODD_HEADERS)), st.integers(-2, 10_000), min_size=1, max_size=2
    ),
)
"""A method, a path and which headers are others than they should be."""


def odd_headers(headers, odd):
    """Give a request's headers with some left out or replaced, case-insensitively."""
    made = {
        name: value
        for name, value in headers.items()
        if name.lower() not in {other.lower() for other in odd}
    }
    for name, which in odd.items():
        choices = (*ODD_HEADERS[name], *ODD)
        if which >= 0:
            made[name] = choices[which % len(choices)]
    return made
