namespace Ait.Cli.Surroundings;

/// <summary>What must be installed before a dev chain can run, fetched where that is possible, else named with its remedy.</summary>
public sealed class Prerequisites
{
    private readonly string _contracts;
    private readonly Action<string> _progress;

    public Prerequisites(string contractsFolder, Action<string> progress)
    {
        _contracts = contractsFolder;
        _progress = progress;
    }

    private string PackagedAnvil => Path.Combine(_contracts, "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    /// <summary>The dev chain's program: the packaged one, else one on PATH, else the packages are installed first.</summary>
    public async Task<string> AnvilAsync(CancellationToken cancellation)
    {
        if (FindAnvil() is { } present)
        {
            return present;
        }

        if (!File.Exists(Path.Combine(_contracts, "package-lock.json")))
        {
            throw new SurroundingsException(
                $"the dev chain's packages are listed in {_contracts}/package-lock.json, which is not there. Run this from a clone of the project, or install Foundry (https://getfoundry.sh) so that anvil is on PATH.");
        }

        await NodePackages.InstallAsync(_contracts, "the dev chain", _progress, cancellation).ConfigureAwait(false);
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
}
