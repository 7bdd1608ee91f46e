using System.Diagnostics;
using System.Reflection;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>Programs these tests start: our own from the build's output, anvil from the contracts' packages or PATH.</summary>
internal static class Programs
{
    private static readonly Dictionary<string, string> s_metadata = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Where(attribute => attribute.Value is not null).ToDictionary(attribute => attribute.Key, attribute => attribute.Value!);

    public static string Root => Path.GetFullPath(s_metadata["RepositoryRoot"]);

    public static string Emulation => BuiltProgram("Ait.Emulation");

    public static string Miner => BuiltProgram("Ait.Miner");

    /// <summary>Null where it is not installed.</summary>
    public static string? Anvil =>
        new[] { Path.Combine(Root, "contracts", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin") }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
            .Select(folder => Path.Combine(folder, "anvil")).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end and gives what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }) ?? throw new InvalidOperationException(program);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}");
    }

    private static string BuiltProgram(string name) => Path.Combine(Root, "artifacts", "bin", name, s_metadata["Configuration"], name);
}
