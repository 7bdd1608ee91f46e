namespace Ait.Cli.Surroundings;

/// <summary>What must be installed before a dev chain can run, fetched where that is possible, else named with its remedy.</summary>
public sealed class Prerequisites
{
    private const int LeastNodeMajor = 20;
    private const string NodeRemedy = "Install Node 20 or newer from https://nodejs.org and run this again.";
    private readonly string _contracts;
    private readonly Action<string> _progress;

    public Prerequisites(string contractsFolder, Action<string> progress)
    {
        _contracts = contractsFolder;
        _progress = progress;
    }

    private string PackagedAnvil => Path.Combine(_contracts, "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    /// <summary>The version of node, or why there is none.</summary>
    public static async Task<string> NodeVersionAsync(CancellationToken cancellation)
    {
        ToolRun? run = await ToolRun.TryAsync("node", ["--version"], cancellation).ConfigureAwait(false);
        if (run is null || run.ExitCode != 0)
        {
            throw new SurroundingsException($"Node.js is missing: no node was found on PATH. {NodeRemedy}");
        }

        string version = run.Output.Trim();
        string major = version.TrimStart('v').Split('.')[0];
        return int.TryParse(major, out int number) && number >= LeastNodeMajor
            ? version
            : throw new SurroundingsException($"this needs Node {LeastNodeMajor} or newer, found: {version}. {NodeRemedy}");
    }

    /// <summary>The dev chain's program: the packaged one, else one on PATH, else the packages are installed first.</summary>
    public async Task<string> AnvilAsync(CancellationToken cancellation)
    {
        if (FindAnvil() is { } present)
        {
            return present;
        }

        await InstallPackagesAsync(cancellation).ConfigureAwait(false);
        return FindAnvil()
            ?? throw new SurroundingsException(
                "the dev chain's program anvil has no package for this platform. Install Foundry (https://getfoundry.sh) so that anvil is on PATH and run this again.");
    }

    /// <summary>The dev chain's program if it is already here.</summary>
    public string? FindAnvil()
    {
        if (File.Exists(PackagedAnvil))
        {
            return PackagedAnvil;
        }

        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "anvil"))
            .FirstOrDefault(File.Exists);
    }

    private async Task InstallPackagesAsync(CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(_contracts, "package-lock.json")))
        {
            throw new SurroundingsException(
                $"the dev chain's packages are listed in {_contracts}/package-lock.json, which is not there. Run this from a clone of the project, or install Foundry (https://getfoundry.sh) so that anvil is on PATH.");
        }

        await NodeVersionAsync(cancellation).ConfigureAwait(false);
        _progress("installing the dev chain's packages (npm ci) …");
        ToolRun? run = await ToolRun.TryAsync("npm", ["ci", "--prefix", _contracts, "--loglevel=error"], cancellation).ConfigureAwait(false)
            ?? throw new SurroundingsException($"npm is missing: it comes with Node.js. {NodeRemedy}");
        if (run.ExitCode != 0)
        {
            string said = run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"exit code {run.ExitCode}";
            string remedy = run.Errors.Contains("ENOSPC", StringComparison.Ordinal)
                ? "The disk is full: free some space and run this again."
                : "Check the network (or npm's proxy settings) and run this again.";
            throw new SurroundingsException($"npm ci failed in {_contracts}: {said.Trim()} {remedy}");
        }
    }
}
