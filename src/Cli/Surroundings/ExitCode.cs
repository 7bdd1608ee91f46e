namespace Ait.Cli.Surroundings;

/// <summary>What the process answers to its caller.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The asked thing is refused or false.</summary>
    public const int Refused = 1;

    /// <summary>The command line is wrong or something around the program is missing.</summary>
    public const int Surroundings = 2;

    public const int Interrupted = 130;
}
