namespace Ait.Coordinator.Fetching;

/// <summary>Why there is no collateral. The numbers are fixed.</summary>
internal enum CollateralFailure
{
    /// <summary>Nothing may be fetched, and no bundle brought it.</summary>
    Offline = 1,

    /// <summary>The vendor's service does not have it.</summary>
    Absent = 2,

    /// <summary>The vendor's service does not answer.</summary>
    Unreachable = 3,

    /// <summary>The answer is not of the service's form.</summary>
    AnswerMalformed = 4,

    /// <summary>The answer does not verify.</summary>
    Refused = 5,

    /// <summary>Too many wait for the vendor's service.</summary>
    Busy = 6,
}
