"""The floor: a client whose answers cost nothing, recorded from kmsmock's answer to the call."""

from functools import partial
from io import BytesIO

from botocore.awsrequest import AWSResponse


class _Raw(BytesIO):
    def stream(self):
        yield self.getvalue()


class Floor:
    """One call of botocore's, with nobody behind it.

    Args:
        kms: a client of its own, made as the one that is compared.
        call: a call of another client that kmsmock answers now.
    """

    def __init__(self, kms, call):
        method, arguments = call.func.__name__, call.keywords
        client = call.func.__self__
        events, operation = client.meta.events, client.meta.method_to_api_mapping[method]
        received = []
        received_event, self._sending = (
            f"{event}.kms.{operation}" for event in ("response-received", "before-send")
        )

        def keep(response_dict, **_others):
            received.append(response_dict)

        events.register(received_event, keep)
        call()
        events.unregister(received_event, keep)
        (self._response,) = received
        self._events = kms.meta.events
        self.call = partial(getattr(kms, method), **arguments)

    def __enter__(self):
        self._events.register(self._sending, self._answer)
        return self.call

    def __exit__(self, *_error):
        self._events.unregister(self._sending, self._answer)

    def _answer(self, request, **_others):
        response = self._response
        return AWSResponse(
            request.url, response["status_code"], response["headers"], _Raw(response["body"])
        )
