namespace Ait.Protocol;

/// <summary>Why a seat was not paid, with the contract's numbers; docs/protocol.md gives the remedy of each.</summary>
public enum UnpaidReason : byte
{
    /// <summary>It was paid, or is not decided yet.</summary>
    None = 0,

    /// <summary>No attestation arrived in time.</summary>
    Silent = 1,

    /// <summary>Its result differs from the agreed one.</summary>
    ResultInMinority = 2,

    /// <summary>No result reached the quorum before the deadline.</summary>
    NoAgreement = 3,

    /// <summary>It committed but did not reveal in time.</summary>
    NotRevealed = 4,

    /// <summary>The contract does not take its claim: evidence expired or revoked, another enclave key, duration out of bounds.</summary>
    ClaimRefused = 5,

    /// <summary>Its pay is put aside until its device clock admits it.</summary>
    Deferred = 6,

    /// <summary>The content key of its confidential prompt was not released to it; it ran nothing. The coordinator's, never the contract's.</summary>
    KeyWithheld = 8,
}
