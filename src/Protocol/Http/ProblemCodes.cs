namespace Ait.Protocol.Http;

/// <summary>The codes of <see cref="Problem"/>s.</summary>
public static class ProblemCodes
{
    /// <summary>400: the body or a parameter is not of the documented form.</summary>
    public const string Malformed = "Malformed";

    /// <summary>413: the body is over the limit.</summary>
    public const string TooLarge = "TooLarge";

    /// <summary>401: the signature headers are missing or wrong.</summary>
    public const string SignatureInvalid = "SignatureInvalid";

    /// <summary>401: the sender's clock is off.</summary>
    public const string StaleTimestamp = "StaleTimestamp";

    /// <summary>401: the nonce was used before.</summary>
    public const string NonceReplayed = "NonceReplayed";

    /// <summary>401: there is no session, or it has ended.</summary>
    public const string NotSignedIn = "NotSignedIn";

    /// <summary>403: the signer may not do this.</summary>
    public const string NotAuthorized = "NotAuthorized";

    /// <summary>403: the device is not registered, expired or revoked.</summary>
    public const string DeviceNotEligible = "DeviceNotEligible";

    /// <summary>404: no such task, workload, model or seat.</summary>
    public const string NotFound = "NotFound";

    /// <summary>409: another commitment is already in.</summary>
    public const string CommitmentConflict = "CommitmentConflict";

    /// <summary>409: results may not be revealed yet.</summary>
    public const string RevealNotOpen = "RevealNotOpen";

    /// <summary>409: the reveal does not open the commitment.</summary>
    public const string CommitmentMismatch = "CommitmentMismatch";

    /// <summary>409: too late for this seat.</summary>
    public const string DeadlinePassed = "DeadlinePassed";

    /// <summary>409: the seat has said another key since.</summary>
    public const string SeatKeyReplaced = "SeatKeyReplaced";

    /// <summary>409: another message of the class challenge has this number.</summary>
    public const string MessageExists = "MessageExists";

    /// <summary>422: the work attestation or transcript does not verify.</summary>
    public const string ResultInvalid = "ResultInvalid";

    /// <summary>422: the registry does not take this duration of this task; the seat is left out of its settlement.</summary>
    public const string DurationOutOfBounds = "DurationOutOfBounds";

    /// <summary>422: no agreed result of the sender leaves this checkpoint, or the bytes are not its.</summary>
    public const string CheckpointRefused = "CheckpointRefused";

    /// <summary>422: the workload cannot be run here.</summary>
    public const string WorkloadNotSupported = "WorkloadNotSupported";

    /// <summary>422: the evidence of a device does not verify, or proves too little.</summary>
    public const string EvidenceRefused = "EvidenceRefused";

    /// <summary>422: the evidence answers no block that is recent here; fresh evidence may.</summary>
    public const string EvidenceStale = "EvidenceStale";

    /// <summary>403: this coordinator has verified no evidence that is bound to the key and still counts.</summary>
    public const string EvidenceMissing = "EvidenceMissing";

    /// <summary>403: the device's operator is on probation or has too small a bond, and the device is not drawn yet.</summary>
    public const string OperatorNotInGoodStanding = "OperatorNotInGoodStanding";

    /// <summary>429: too many requests of this signer.</summary>
    public const string RateLimited = "RateLimited";

    /// <summary>503: the chain or the ledger cannot be reached.</summary>
    public const string Unavailable = "Unavailable";
}
