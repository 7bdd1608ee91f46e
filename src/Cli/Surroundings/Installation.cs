namespace Ait.Cli.Surroundings;

/// <summary>Where the parts of this installation lie: the tree's root, the programs beside this one, the contracts.</summary>
public static class Installation
{
    private const string RootVariable = "AIT_ROOT";

    /// <summary>The folder that holds <c>contracts/</c>: what the launcher says, else found by walking up from the program.</summary>
    public static string Root { get; } = FindRoot();

    public static string ContractsFolder => Path.Combine(Root, "contracts");

    public static string ConsoleFolder => Path.Combine(Root, "console");

    /// <summary>The artifact of the demonstration model.</summary>
    public static string DemoModel => Path.Combine(Root, "models", "demo", "demo.ait");

    /// <summary>The text that the demonstration model is trained on.</summary>
    public static string DemoText => Path.Combine(Root, "models", "demo", "corpus.txt");

    /// <summary>The built console.</summary>
    public static string BuiltConsole => Path.Combine(Root, "artifacts", "console");

    /// <summary>The executable of a host built beside this program (<c>artifacts/bin/NAME/CONFIGURATION/NAME</c>).</summary>
    public static string HostProgram(string name)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string[] candidates =
        [
            Path.Combine(AppContext.BaseDirectory, name),
            Path.Combine(own.Parent?.Parent?.FullName ?? "/", name, own.Name, name),
        ];
        return Array.Find(candidates, File.Exists)
            ?? throw new SurroundingsException(
                $"the program {name} was not found at {candidates[1]}. Build it with `dotnet build src/Cli -c Release`, or start this through ./ait, which does so.");
    }

    /// <summary>The folder of the .NET that runs this program, so that a child program's launcher finds the same one.</summary>
    public static string DotnetRoot()
    {
        string? said = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        if (!string.IsNullOrEmpty(said))
        {
            return said;
        }

        string runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        return Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
    }

    private static string FindRoot()
    {
        string? said = Environment.GetEnvironmentVariable(RootVariable);
        if (!string.IsNullOrEmpty(said) && Directory.Exists(said))
        {
            return Path.GetFullPath(said);
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ait.slnx")))
            {
                return folder.FullName;
            }
        }

        return Directory.GetCurrentDirectory();
    }
}
