namespace Ait.Cli.Surroundings;

/// <summary>Node and the packages of a folder that has a lock file.</summary>
internal static class NodePackages
{
    internal const string Remedy = "Install Node 20 or newer from https://nodejs.org and run this again.";
    private const int LeastMajor = 20;

    /// <summary>The version of node, or why there is none.</summary>
    internal static async Task<string> NodeVersionAsync(CancellationToken cancellation)
    {
        ToolRun? run = await ToolRun.TryAsync("node", ["--version"], cancellation).ConfigureAwait(false);
        if (run is null || run.ExitCode != 0)
        {
            throw new SurroundingsException($"Node.js is missing: no node was found on PATH. {Remedy}");
        }

        string version = run.Output.Trim();
        string major = version.TrimStart('v').Split('.')[0];
        return int.TryParse(major, out int number) && number >= LeastMajor
            ? version
            : throw new SurroundingsException($"this needs Node {LeastMajor} or newer, found: {version}. {Remedy}");
    }

    /// <summary>Brings the folder's packages to what its lock file says; nothing to do when they are.</summary>
    internal static async Task InstallAsync(string folder, string whose, Action<string> progress, CancellationToken cancellation)
    {
        string locked = Path.Combine(folder, "package-lock.json");
        string installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(locked))
        {
            return;
        }

        await NodeVersionAsync(cancellation).ConfigureAwait(false);
        progress($"installing the packages of {whose} (npm ci) …");
        ToolRun? run = await ToolRun.TryAsync("npm", ["ci", "--prefix", folder, "--loglevel=error"], cancellation).ConfigureAwait(false)
            ?? throw new SurroundingsException($"npm is missing: it comes with Node.js. {Remedy}");
        if (run.ExitCode != 0)
        {
            string said = run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"exit code {run.ExitCode}";
            string remedy = run.Errors.Contains("ENOSPC", StringComparison.Ordinal)
                ? "The disk is full: free some space and run this again."
                : "Check the network (or npm's proxy settings) and run this again.";
            throw new SurroundingsException($"npm ci failed in {folder}: {said.Trim()} {remedy}");
        }

        if (File.Exists(installed))
        {
            File.SetLastWriteTimeUtc(installed, TimeProvider.System.GetUtcNow().UtcDateTime);
        }
    }
}
