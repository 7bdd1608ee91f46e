namespace Ait.Cli.Launching;

/// <summary>A program to start: its name on screen, its file, its arguments, and the file that keeps what it says.</summary>
internal sealed record ProgramCall(string Name, string Program, IReadOnlyList<string> Arguments, string LogFile)
{
    /// <summary>Variables set for the program beside the inherited ones.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
