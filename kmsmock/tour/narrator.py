"""`Narrator`: makes calls, prints them as they are written, and keeps every state."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from kmsmock.cloudhsm_cli import CloudHsmCli

WIDTH = 96
INDENT = " " * 4


class Narrator:
    """Prints what happens, and remembers every state of every resource.

    Attributes:
        histories: resource -> its states so far, in order.
        counts: whom was called -> how many times.
    """

    def __init__(self) -> None:
        self.histories: dict[str, list[str]] = {}
        self.counts = {"AWS CloudHSM": 0, "AWS KMS": 0, "CloudHSM CLI": 0}
        self._names: dict[object, str] = {}
        self._told: dict[str, int] = {}
        self._steps = 0

    def name(self, value: object, name: str, *, show: bool = False) -> None:
        """Print a value as a variable of this name from now on; what is secret needs one."""
        self._names[value] = name
        if show:
            self.answer(f"{name} = {value!r}".replace("'", '"'))

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        _say(f"\n== {title} ".ljust(WIDTH + 1, "="))

    def step(self, actor: str, deed: str) -> None:
        """Begin a step: who does what."""
        self._steps += 1
        _say(f"\n{self._steps:2}. {actor}")
        self.text(deed)

    def text(self, text: str) -> None:
        """Print a paragraph."""
        _say(textwrap.fill(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT))

    def call(self, client: Any, method: str, **arguments: Any) -> Any:
        """Make a call, and print it as one writes it in Python."""
        service = client.meta.service_model.service_name
        self.counts["AWS KMS" if service == "kms" else "AWS CloudHSM"] += 1
        written = [f"{key}={self._written(value)}" for key, value in arguments.items()]
        line = f"{INDENT}>>> {service}.{method}({', '.join(written)})"
        if len(line) > WIDTH:
            inner = "".join(f"{INDENT}...     {argument},\n" for argument in written)
            line = f"{INDENT}>>> {service}.{method}(\n{inner}{INDENT}... )"
        _say(line)
        return getattr(client, method)(**arguments)

    def refused(self, client: Any, method: str, **arguments: Any) -> None:
        """Make a call that is refused, and print the refusal.

        Raises:
            AssertionError: it was not refused.
        """
        try:
            self.call(client, method, **arguments)
        except ClientError as error:
            self.answer(f"REFUSED: {error.response['Error']['Code']}")
            for line in textwrap.wrap(error.response["Error"]["Message"], WIDTH - 8):
                self.answer(line)
        else:
            raise AssertionError(f"{method} was expected to be refused")

    def command(self, cli: CloudHsmCli, command: str, **options: str) -> Any:
        """Run a command of the CloudHSM CLI, print it, and give its data.

        Raises:
            AssertionError: the CLI refused it.
        """
        self.counts["CloudHSM CLI"] += 1
        shown = "".join(
            f" --{name} {self._names.get(value, value)}" for name, value in options.items()
        )
        _say(f"{INDENT}$ {command}{shown}")
        given = "".join(f" --{name} {value}" for name, value in options.items())
        result = cli.run(command + given)
        if result["error_code"]:
            raise AssertionError(result["data"])
        return result["data"]

    def answer(self, text: str) -> None:
        """Print what came back."""
        _say(f"{INDENT}<-- {text}")

    def print(self, shown: str) -> None:
        """Print what printing the handle prints."""
        _say(f"{INDENT}>>> print(aws)")
        for line in shown.splitlines():
            _say(f"{INDENT}| {line}".rstrip())

    def state(self, resource: str, state: str) -> None:
        """Note the state of a resource."""
        history = self.histories.setdefault(resource, [])
        if history[-1:] != [state]:
            history.append(state)

    def changes(self) -> None:
        """Print what changed since the last time: the states before and after."""
        for resource, history in self.histories.items():
            told = self._told.get(resource, 0)
            if len(history) > told:
                before = history[told - 1] if told else "(none)"
                _say(f"{INDENT} *  {resource}: {' -> '.join([before, *history[told:]])}")
                self._told[resource] = len(history)

    def summary(self, ended: str) -> None:
        """Print every resource's states from first to last, and how many calls there were."""
        width = max(map(len, self.histories))
        _say("")
        for resource, history in self.histories.items():
            path = textwrap.wrap(" -> ".join(history), WIDTH - width - 6)
            for number, line in enumerate(path):
                _say(f"{INDENT}{'' if number else resource:{width}}  {line}")
        _say("")
        calls = ", ".join(f"{count} to {whom}" for whom, count in self.counts.items())
        self.text(f"{self._steps} steps. Calls: {calls}. {ended}")

    def _written(self, value: Any) -> str:
        if isinstance(value, dict):
            pairs = (f"{self._written(key)}: {self._written(value[key])}" for key in value)
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._written, value)) + "]"
        return self._names.get(value) or repr(value).replace("'", '"')


def _say(text: str) -> None:
    print(text)  # noqa: T201 - the tour is for reading
