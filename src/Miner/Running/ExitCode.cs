namespace Ait.Miner.Running;

/// <summary>How the process says how it ended.</summary>
internal static class ExitCode
{
    /// <summary>What was asked is done.</summary>
    public const int Done = 0;

    /// <summary>What was asked is refused, or is not so.</summary>
    public const int Refused = 1;

    /// <summary>Wrong usage, or something around the process is missing.</summary>
    public const int Surroundings = 2;

    /// <summary>Cut short by a signal.</summary>
    public const int Interrupted = 130;
}
