namespace Ait.Cli.Simulating;

/// <summary>What a device does on every seat it gets.</summary>
internal enum Conduct : byte
{
    /// <summary>The right result in time.</summary>
    Honest,

    /// <summary>The right result, one escalation late.</summary>
    Slow,

    /// <summary>No result.</summary>
    Silent,

    /// <summary>A wrong result that nobody shares.</summary>
    Lying,

    /// <summary>The wrong result that all of the cartel share.</summary>
    Cartel,
}
