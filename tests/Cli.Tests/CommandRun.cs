using System.Text.Json.Nodes;
using Ait.Cli.Commands;

namespace Ait.Cli.Tests;

/// <summary>One run of the command line inside the test's process: exit code and what it wrote.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Errors)
{
    internal static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int exitCode = await AitCommandLine.RunAsync(arguments, output, errors, TestContext.Current.CancellationToken);
        return new CommandRun(exitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Every line of standard output as JSON; fails when one is not.</summary>
    internal IReadOnlyList<JsonObject> JsonLines() =>
    [
        .. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line) as JsonObject ?? throw new InvalidDataException($"not an object: {line}")),
    ];
}
