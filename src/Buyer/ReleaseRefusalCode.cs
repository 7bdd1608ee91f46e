namespace Ait.Buyer;

/// <summary>Why a seat gets no content key; numbers are fixed.</summary>
public enum ReleaseRefusalCode
{
    /// <summary>What the coordinator sent is not hexadecimal of the agreed form.</summary>
    Malformed = 1,

    /// <summary>The letter is not signed by the coordinator that the contract names, for this network.</summary>
    LetterInvalid = 2,

    /// <summary>The letter is about another workload.</summary>
    OtherWorkload = 3,

    /// <summary>Another device was named for this seat before: one of the two letters is a lie.</summary>
    SeatGivenTwice = 4,

    /// <summary>Commitments have closed.</summary>
    TooLate = 5,

    /// <summary>The registry knows no such device.</summary>
    DeviceUnknown = 6,

    /// <summary>The device was revoked or retired.</summary>
    DeviceRevoked = 7,

    /// <summary>The device's evidence has expired.</summary>
    DeviceExpired = 8,

    /// <summary>The device's trust profile is weaker than demanded.</summary>
    TrustTooLow = 9,

    /// <summary>The statement is not signed by the device's registered enclave key, or has run out.</summary>
    StatementInvalid = 10,

    /// <summary>The statement is about another seat.</summary>
    OtherSeat = 11,

    /// <summary>The node's newest block is so old that what it says of devices may be outdated.</summary>
    ChainBehind = 12,

    /// <summary>The coordinator does not take the envelope.</summary>
    CoordinatorRefused = 13,

    /// <summary>The contract gives the task no seat of this number.</summary>
    SeatUnknown = 14,
}
