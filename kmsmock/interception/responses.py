"""botocore's responses, made of ours without what costs time and nobody sees.

botocore's own headers make an object for each name that is set or looked up. Both classes here are
botocore's too, and do the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from botocore.awsrequest import AWSResponse, HeadersDict

from kmsmock.protocol.response import HttpResponse


class Response(AWSResponse):
    """A response whose body is there already."""

    def __init__(self, url: str, response: HttpResponse) -> None:
        self.url = url
        self.status_code = response.status
        self.headers: HeadersDict = Headers(response.headers)
        self._content = response.body

    @property
    def raw(self) -> _Body:
        """The body for whoever wants to read it as it comes."""
        return _Body(self._content)


class Headers(HeadersDict):
    """Headers by their names in whatever letter case."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._values = headers
        self._names = {name.lower(): name for name in headers}

    def __getitem__(self, name: str) -> str:
        return self._values[self._names[name.lower()]]

    def __setitem__(self, name: str, value: str) -> None:
        self._values[self._names.setdefault(name.lower(), name)] = value

    def __delitem__(self, name: str) -> None:
        del self._values[self._names.pop(name.lower())]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


class _Body:
    """A response's body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_arguments: object) -> Iterable[bytes]:
        """Give the whole body as one piece."""
        return (self._body,)
