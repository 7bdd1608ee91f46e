namespace Ait.Cli.Surroundings;

/// <summary>Something around the program is missing or taken. The message is one sentence and its remedy; the exit code is 2.</summary>
public sealed class SurroundingsException : Exception
{
    public SurroundingsException(string message)
        : base(message)
    {
    }

    public SurroundingsException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
