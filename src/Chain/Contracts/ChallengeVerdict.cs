namespace Ait.Chain.Contracts;

/// <summary>How a class challenge ended, by the contract's numbers.</summary>
public enum ChallengeVerdict
{
    /// <summary>Not yet, or it ran out.</summary>
    None = 0,

    /// <summary>Two witnesses said that the answer was right and in time.</summary>
    Passed = 1,

    /// <summary>Two witnesses said that it was not: the device is suspended.</summary>
    Failed = 2,

    /// <summary>There were fewer than two devices to witness it.</summary>
    Void = 3,
}
