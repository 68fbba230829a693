"""Every operation that takes a key, with a key in every state: AWS's matrix, cell by cell.

The table is key-states.md section 3, which follows
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html. The cells: OK, or the number
of an error in `ERRORS`; a dash where no key of the operation's kind can be in the state.
"""

import pytest
from botocore.exceptions import ClientError
from key_situations import HOME, Situation

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import operation_model

STATES = (
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingReplicaDeletion",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
)

ERRORS = {
    "1": ("DisabledException", "{arn} is disabled."),
    "3": ("KMSInvalidStateException", "{arn} is pending deletion."),
    "3r": ("KMSInvalidStateException", "{arn} is pending replica deletion."),
    "4": ("KMSInvalidStateException", "{arn} is not pending deletion."),
    "5": ("KMSInvalidStateException", "{arn} is pending import."),
    "6": (
        "UnsupportedOperationException",
        "{arn} origin is EXTERNAL which is not valid for this operation.",
    ),
    "7": (
        "UnsupportedOperationException",
        "{arn} origin is AWS_CLOUDHSM which is not valid for this operation.",
    ),
    "11": ("KMSInvalidStateException", "{arn} is unavailable."),
    "14": ("KMSInvalidStateException", "{arn} is creating."),
    "15": ("KMSInvalidStateException", "{arn} is updating."),
    "replica": ("UnsupportedOperationException", None),
    "primary": ("UnsupportedOperationException", "{arn} is not a multi-region primary key."),
    # A replica that is being created can have no grant: CreateGrant is refused. That it is the
    # grant that is missed shows that the state does not matter.
    "none": ("NotFoundException", None),
    "pair": ("UnsupportedOperationException", None),
}
"""What a number in the table stands for; the text where one is published."""

# An EXTERNAL key is the one that has PendingImport, so the import operations are asked of keys
# with imported material, all others of KMS's own where both can be in the state.
MATRIX = """
                                    EN  DI  PD  PRD PI  UN  CR  UP
CancelKeyDeletion                   4   4   OK  OK  4   4   4   4
CreateAlias                         OK  OK  3   3r  OK  OK  OK  OK
CreateGrant                         OK  1   3   3r  5   OK  14  OK
Decapsulate                         OK  1   3   3r  5   -   14  OK
Decrypt                             OK  1   3   3r  5   11  14  OK
DeleteAlias                         OK  OK  OK  OK  OK  OK  OK  OK
DeleteImportedKeyMaterial           OK  OK  OK  OK  OK  7   14  15
DeriveSharedSecret                  OK  1   3   3r  5   -   14  OK
DescribeKey                         OK  OK  OK  OK  OK  OK  OK  OK
DisableKey                          OK  OK  3   3r  5   OK  14  15
DisableKeyRotation                  OK  1   3   3r  6   7   14  OK
EnableKey                           OK  OK  3   3r  5   OK  14  15
EnableKeyRotation                   OK  1   3   3r  6   7   14  OK
Encapsulate                         OK  1   3   3r  5   -   14  OK
Encrypt                             OK  1   3   3r  5   11  14  OK
GenerateDataKey                     OK  1   3   3r  5   11  14  OK
GenerateDataKeyPair                 OK  1   3   3r  5   pair 14 OK
GenerateDataKeyPairWithoutPlaintext OK  1   3   3r  5   pair 14 OK
GenerateDataKeyWithoutPlaintext     OK  1   3   3r  5   11  14  OK
GenerateMac                         OK  1   3   3r  5   -   14  OK
GetKeyLastUsage                     OK  OK  OK  OK  OK  OK  OK  OK
GetKeyPolicy                        OK  OK  OK  OK  OK  OK  OK  OK
GetKeyRotationStatus                OK  OK  OK  OK  OK  7   OK  OK
GetParametersForImport              OK  OK  3   3r  OK  7   14  15
GetPublicKey                        OK  1   3   3r  5   -   14  OK
ImportKeyMaterial                   OK  OK  3   3r  OK  7   14  OK
ListAliases                         OK  OK  OK  OK  OK  OK  OK  OK
ListGrants                          OK  OK  OK  OK  OK  OK  OK  OK
ListKeyPolicies                     OK  OK  OK  OK  OK  OK  OK  OK
ListKeyRotations                    OK  OK  OK  OK  OK  7   OK  OK
ListResourceTags                    OK  OK  OK  OK  OK  OK  OK  OK
PutKeyPolicy                        OK  OK  OK  OK  OK  OK  OK  OK
ReEncrypt                           OK  1   3   3r  5   11  14  OK
ReplicateKey                        OK  1   3   3r  5   -   14  15
RetireGrant                         OK  OK  OK  OK  OK  OK  none OK
RevokeGrant                         OK  OK  OK  OK  OK  OK  none OK
RotateKeyOnDemand                   OK  1   3   3r  5   7   14  15
ScheduleKeyDeletion                 OK  OK  3   3r  OK  OK  OK  15
Sign                                OK  1   3   3r  5   -   14  OK
TagResource                         OK  OK  3   3r  OK  OK  OK  OK
UntagResource                       OK  OK  3   3r  OK  OK  OK  OK
UpdateAlias                         OK  OK  3   3r  OK  OK  OK  OK
UpdateKeyDescription                OK  OK  3   3r  OK  OK  OK  OK
UpdatePrimaryRegion                 OK  1   3   3r  5   -   14  OK
Verify                              OK  1   3   3r  5   -   14  OK
VerifyMac                           OK  1   3   3r  5   -   14  OK
"""

_HEAD, *_ROWS = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [
    (operation, state, cell)
    for operation, *cells in _ROWS
    for state, cell in zip(STATES, cells, strict=True)
    if cell != "-"
]


@pytest.mark.parametrize(("operation", "state", "cell"), CELLS)
def test_key_state_allows_or_refuses(operation, state, cell):
    """Each operation does to a key in each state what AWS's table says."""
    if operation_model("kms", operation) is None:
        pytest.skip("this botocore does not know the operation")
    with mock_kms_cloudhsm(region=HOME, transitions="realistic") as aws:
        situation = Situation(aws, operation, state)

        refusal = None
        try:
            situation.ask()
        except ClientError as error:
            refusal = error.response["Error"]

        if cell == "OK":
            assert refusal is None
        else:
            code, text = ERRORS[cell]
            assert refusal is not None, f"allowed; expected {code}"
            assert code == refusal["Code"], refusal
            assert text is None or text.format(arn=situation.arn) == refusal["Message"]
