namespace Ait.Cli.Surroundings;

/// <summary>The browser console, built from its sources when one of them is newer than what was built last.</summary>
public sealed class ConsoleBuild
{
    private readonly string _sources;
    private readonly string _built;
    private readonly Action<string> _progress;

    public ConsoleBuild(string sources, string built, Action<string> progress)
    {
        _sources = sources;
        _built = built;
        _progress = progress;
    }

    /// <summary>Whether a source is newer than the built page, or there is none.</summary>
    public bool IsStale()
    {
        string page = Path.Combine(_built, "index.html");
        if (!File.Exists(page))
        {
            return true;
        }

        DateTime built = File.GetLastWriteTimeUtc(page);
        string packages = Path.Combine(_sources, "node_modules");
        return Directory.EnumerateFiles(_sources).Any(file => File.GetLastWriteTimeUtc(file) > built)
            || Directory.EnumerateDirectories(_sources).Where(folder => folder != packages)
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                .Any(file => File.GetLastWriteTimeUtc(file) > built);
    }

    /// <summary>The folder of the built console, null (said on screen, with the remedy) if it could not be built: a network runs without it.</summary>
    public async Task<string?> BuildAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(_sources))
        {
            return File.Exists(Path.Combine(_built, "index.html")) ? _built : null;
        }

        if (!IsStale())
        {
            return _built;
        }

        try
        {
            await NodePackages.InstallAsync(_sources, "the console", _progress, cancellation).ConfigureAwait(false);
            _progress("building the console …");
            ToolRun run = await ToolRun.TryAsync("npm", ["run", "build", "--prefix", _sources, "--silent"], cancellation).ConfigureAwait(false)
                ?? throw new SurroundingsException($"npm is missing: it comes with Node.js. {NodePackages.Remedy}");
            if (run.ExitCode != 0)
            {
                string said = (run.Errors + run.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? $"exit code {run.ExitCode}";
                throw new SurroundingsException($"the console could not be built: {said.Trim()}. Run `npm run build` in {_sources} to see all of it.");
            }

            return _built;
        }
        catch (SurroundingsException fault)
        {
            _progress($"the network starts without the browser console: {fault.Message}");
            return null;
        }
    }
}
