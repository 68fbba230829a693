"""`aws.faults`, `aws.clock`, `aws.quotas` in a newcomer's hands: what they say, and to mistakes."""

import datetime as dt

import pytest

from kmsmock import mock_kms_cloudhsm

DAY = dt.timedelta(days=1)
NEW_YEAR = dt.datetime(2031, 1, 1, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("kmss",), "there is no service 'kmss'; did you mean kms?"),
        (("Decrypt",), "there is no service 'Decrypt'; known: kms, cloudhsmv2"),
        (("kms", "Decryt"), "there is no operation 'Decryt'; did you mean Decrypt"),
        (("kms", "decrypt"), "there is no operation 'decrypt'; did you mean .*Decrypt"),
        (("kms", "list_keys"), "there is no operation 'list_keys'; did you mean ListKeys"),
        (("cloudhsmv2", "Encrypt"), "there is no operation 'Encrypt'"),
    ],
)
def test_unknown_operation_is_refused_at_once(aws, arguments, text):
    """A mistake in a test is told where it is made, with the names that are near."""
    with pytest.raises(ValueError, match=text):
        aws.faults.add(*arguments, error="ThrottlingException")


THROTTLED = {"error": "ThrottlingException"}


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ({"error": "ThrotlingException"}, "did you mean ThrottlingException"),
        ({"error": "NotFound"}, "did you mean NotFoundException"),
        ({"error": "ReadTimeout"}, "did you mean ReadTimeoutError"),
        ({"error": "NETWORK_ERROR"}, "did you mean NETWORK_ERRORS"),
        ({"error": "NETWORK_ERRORS"}, 'NETWORK_ERRORS is for add."kms", "ConnectCustom'),
        ({"error": "CloudHsmServiceException"}, "there is no error"),
        ({"error": "Nonsense"}, "there is no error 'Nonsense'$"),
        ({}, "needs an error, a latency or a real_latency"),
        ({"latency": -1}, "latency takes seconds, 0 or more, not -1"),
        ({"real_latency": float("inf")}, "real_latency takes seconds, 0 or more, not inf"),
        ({"latency": "2"}, "latency takes seconds, 0 or more, not '2'"),
        (THROTTLED | {"when": "now"}, 'when must be "before" or "after", not \'now\''),
        (THROTTLED | {"times": 0}, "times takes a whole number, 1 or more, not 0"),
        (THROTTLED | {"times": 1.5}, "times takes a whole number"),
        (THROTTLED | {"after": True}, "after takes a whole number, 0 or more, not True"),
        (THROTTLED | {"every": 0}, "every takes a whole number, 1 or more, not 0"),
        (THROTTLED | {"probability": 2}, "a number from 0 to 1, not 2"),
        (THROTTLED | {"caller": "app"}, "the ARN of a principal .*'app'"),
        ({"error": "ConnectTimeoutError", "when": "after"}, "comes before any work: ReadTimeout"),
    ],
)
def test_impossible_fault_is_refused_at_once(aws, choice, text):
    """Nothing that could never strike is planned."""
    with pytest.raises(ValueError, match=text):
        aws.faults.add("kms", "Encrypt", **choice)

    aws.faults.require_fired()


@pytest.mark.parametrize(
    "called", [("kms", "GenerateRandom"), ("kms", "CreateKey"), ("cloudhsmv2",)], ids=str
)
def test_fault_for_a_key_needs_calls_that_name_one(aws, called):
    """A key that no call could be about would never be struck."""
    with pytest.raises(ValueError, match=f"key is of no use for {' '.join(called)}, whose calls"):
        aws.faults.add(*called, latency=1, key="alias/a")


def test_fault_may_be_for_a_key_that_is_made_later(aws, kms):
    """A fault can be planned before its key is there."""
    fault = aws.faults.add("kms", latency=1, key="alias/later")

    aws.kms_key(aliases=["alias/later"])
    kms.describe_key(KeyId="alias/later")

    assert fault.fired == 1


def test_error_as_a_class_is_refused(aws, kms):
    """An exception's class is no name."""
    with pytest.raises(TypeError, match="error takes a name as text, not <class"):
        aws.faults.add("kms", error=kms.exceptions.NotFoundException)


def test_fault_for_an_unknown_key_tells_the_near_ones(aws):
    """A fault that never fired because of a slip in its key's name says so."""
    aws.kms_key(aliases=["alias/example"])
    aws.faults.add("kms", "Decrypt", error="KMSInternalException", key="alias/exmaple")

    with pytest.raises(
        AssertionError,
        match="no key or key store goes by 'alias/exmaple'; did you mean alias/example",
    ):
        aws.faults.require_fired()


def test_idle_fault_tells_what_was_never_called(aws, kms):
    """No call at all is told from calls that were let through."""
    role = "arn:aws:iam::123456789012:role/App"
    aws.faults.add("kms", "Sign", latency=1)
    aws.faults.add("kms", "Verify", latency=1, caller=role)
    aws.faults.add("kms", "ListKeys", latency=1, after=2)
    kms.list_keys()

    with pytest.raises(AssertionError) as failed:
        aws.faults.require_fired()

    assert str(failed.value).split("; ") == [
        "the fault for kms Sign never fired: the code never called kms Sign",
        f"the fault for kms Verify never fired: the code never called kms Verify as {role}",
        "the fault for kms ListKeys never fired: it could strike 1 call",
    ]


@pytest.mark.parametrize("name", ["alias/example", "store"])
def test_fault_for_a_known_key_does_not_suggest_another(aws, name):
    """A key or a key store that is there is not doubted."""
    aws.kms_key(aliases=["alias/example"])
    aws.key_store("store")
    fault = aws.faults.add("kms", latency=1, key=name)

    with pytest.raises(AssertionError, match=f"the code never called kms for '{name}'$"):
        fault.require_fired()


def test_planned_faults_show_themselves(aws, kms):
    """A fault tells what it is for and what it has done; `aws.faults` tells them all."""
    assert repr(aws.faults) == "<no faults planned>"
    fault = aws.faults.add("kms", error="KMSInternalException", after=1, times=2)
    kms.list_keys()
    aws.faults.add("cloudhsmv2", "DescribeClusters", latency=2.5, when="after")

    told = "kms *, error='KMSInternalException', times=2, after=1: struck 0 of 1 call"
    assert repr(fault) == f"<fault: {told}>"
    assert repr(aws.faults).splitlines() == [
        "<2 faults planned>",
        told,
        "cloudhsmv2 DescribeClusters, latency=2.5, when='after': struck 0 of 0 calls",
    ]


def test_clock_shows_itself(aws):
    """The clock tells its time, and whether it stands still."""
    assert ", frozen" not in repr(aws.clock)

    block = aws.clock.freeze(NEW_YEAR)

    assert repr(aws.clock) == repr(block) == "<clock: 2031-01-01 00:00:00+00:00, frozen>"


def test_quotas_show_themselves(aws):
    """Quotas tell whether they are enforced, and which a test has set."""
    assert repr(aws.quotas) == "<quotas: none is enforced; enforce() begins>"

    aws.quotas.enforce(rates={"CreateKey": 0.5}, hsms=9)

    assert repr(aws.quotas) == (
        "<quotas: AWS's are enforced, 4 clusters, 9 HSMs, 28 in a cluster, CreateKey 0.5 a second>"
    )


def test_advance_takes_a_timedelta(aws):
    """A step may be a timedelta, alone or with more."""
    aws.clock.freeze(NEW_YEAR)

    aws.clock.advance(DAY)
    aws.clock.advance(DAY, hours=24)

    assert aws.clock.now() == NEW_YEAR + 3 * DAY


@pytest.mark.parametrize("step", [7, "7 days"])
def test_advance_needs_a_unit(aws, step):
    """A bare number could be anything."""
    with pytest.raises(TypeError, match="days=.* or a timedelta, not "):
        aws.clock.advance(step)


@pytest.mark.parametrize("lever", ["travel_to", "freeze"])
@pytest.mark.parametrize("when", ["2031-01-01", dt.date(2031, 1, 1), 1924992000])
def test_time_that_is_no_datetime_is_refused(aws, lever, when):
    """Texts, dates and numbers are mistakes of the test's."""
    with pytest.raises(TypeError, match="a datetime with a time zone, not"):
        getattr(aws.clock, lever)(when)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("createkey", "did you mean CreateKey"),
        ("symmetric", r"did you mean cryptographic operations \(symmetric\)"),
    ],
)
def test_unknown_quota_is_refused_with_near_ones(aws, family, text):
    """A family of requests that does not exist is told where it is named."""
    with pytest.raises(ValueError, match=text):
        aws.quotas.enforce(rates={family: 1})


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("Encrpyt",), "there is no event 'Encrpyt'; did you mean Encrypt"),
        (("Encrypt", "decrypt"), "there is no event 'decrypt'; did you mean .*Decrypt"),
        (("RotatedKey",), "did you mean RotateKey"),
        (("describe_clusters",), "did you mean DescribeClusters"),
    ],
)
def test_event_of_an_unknown_name_is_refused(aws, names, text):
    """That an event which cannot be has not been would prove nothing."""
    with pytest.raises(ValueError, match=text):
        aws.events.named(*names)


def test_every_event_has_a_known_name(aws):
    """Operations of both services, what AWS does by itself, and whatever has been called."""
    known = ["Encrypt", "CreateHsm", "DeleteKey", "DeleteExpiredKeyMaterial", "RotateKey"]

    assert aws.events.named(*known, "SynchronizeMultiRegionKey") == []


@pytest.mark.parametrize("name", ["App", "123456789012", "role/App"])
def test_caller_of_events_is_an_arn(aws, name):
    """What names no caller has called nothing."""
    with pytest.raises(ValueError, match=f"by takes the ARN of a principal .*, not '{name}'"):
        aws.events.by(name)


@pytest.mark.parametrize("name", ["arn:aws:iam::123456789012:role/App", "logs.amazonaws.com"])
def test_caller_of_events_need_not_have_called(aws, name):
    """A principal or an AWS service that has called nothing has no events."""
    assert aws.events.by(name) == []


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("kms:Decrpyt", "there is no permission 'kms:Decrpyt'; did you mean .*kms:Decrypt"),
        ("kms:decrypt", "did you mean .*kms:Decrypt"),
        ("Decrypt", "did you mean .*kms:Decrypt"),
        ("Encrypt", "did you mean .*kms:Encrypt"),
        ("kms:ReEncrypt", "did you mean .*kms:ReEncrypt(From|To)"),
        ("cloudhsmv2:CreateHsm", "did you mean cloudhsm:CreateHsm"),
        ("kms:*", "there is no permission 'kms:.'"),
    ],
)
def test_unknown_permission_is_not_explained(aws, key_id, action, text):
    """That nobody may do what cannot be done would prove nothing."""
    with pytest.raises(ValueError, match=text):
        aws.explain(action, key_id, principal="arn:aws:iam::123456789012:role/App")


@pytest.mark.parametrize(
    "action", ["kms:ReEncryptFrom", "kms:DeleteAlias", "cloudhsm:DescribeClusters"]
)
def test_permission_of_an_operation_is_explained(aws, key_id, action):
    """Permissions that operations take on keys, on aliases, and on the account."""
    assert aws.explain(action, "*").allowed


@pytest.mark.parametrize(
    ("region", "text"),
    [
        ("EU-West-1", "there is no Region 'EU-West-1'; did you mean eu-west-1.$"),
        ("us-east1", "did you mean .*us-east-1"),
        ("us-east-1a", "did you mean .*us-east-1"),
        ("us-moon-1", "there is no Region 'us-moon-1'"),
        ("eu-west-1 ", "did you mean eu-west-1"),
        ("moon", "there is no Region 'moon'"),
        ("", "there is no Region ''"),
    ],
)
def test_unknown_region_is_refused(aws, region, text):
    """A Region that cannot be is told where it is named, to the mock and to levers."""
    with pytest.raises(ValueError, match=text):
        mock_kms_cloudhsm(region=region)
    for lever in (lambda: aws.client("kms", region=region), lambda: aws.session(region=region)):
        with pytest.raises(ValueError, match=text):
            lever()
    with pytest.raises(ValueError, match=text):
        aws.explain("kms:Decrypt", "*", region=region)


@pytest.mark.parametrize(
    "region", ["us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-east-9", "ap-northwest-1"]
)
def test_region_that_is_there_or_may_come_is_taken(aws, region):
    """Every partition's, and those that AWS may open after this botocore was made."""
    with mock_kms_cloudhsm(region=region) as inner:
        assert inner.region == region
    assert aws.client("kms", region=region).list_keys()["Keys"] == []


def test_region_is_a_text(aws):
    """Something else is told to be none."""
    with pytest.raises(TypeError, match="Region takes a name as text, not 5"):
        mock_kms_cloudhsm(region=5)
