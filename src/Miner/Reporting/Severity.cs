namespace Ait.Miner.Reporting;

/// <summary>How much an event matters.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Information,

    /// <summary>Worth a look; the miner goes on by itself.</summary>
    Warning,

    /// <summary>Something was lost or cannot go on.</summary>
    Error,
}
