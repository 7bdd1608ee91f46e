namespace Ait.Cli.Surroundings;

/// <summary>What was asked for is refused or does not hold. The exit code is 1.</summary>
public sealed class RefusedException : Exception
{
    public RefusedException(string message)
        : base(message)
    {
    }

    public RefusedException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
