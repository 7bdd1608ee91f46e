using Ait.Coordinator.Configuration;

namespace Ait.Coordinator.Fetching;

/// <summary>The command line of <c>collateral</c>; every fault is named at once.</summary>
internal sealed record CollateralArguments(string Verb, string? File, string Folder, string? DeploymentFile, bool Json)
{
    internal static CollateralArguments Parse(IReadOnlyList<string> arguments)
    {
        List<string> faults = [];
        string verb = arguments[0];
        if (verb is not ("list" or "export" or "import"))
        {
            faults.Add($"'{verb}' is no collateral command; use list, export or import.");
        }

        string? file = null;
        Dictionary<string, string> named = [];
        for (int index = 1; index < arguments.Count; index++)
        {
            string argument = arguments[index];
            if (argument is "--collateral" or "--deployment")
            {
                if (index + 1 == arguments.Count)
                {
                    faults.Add($"{argument} needs a value.");
                }
                else if (!named.TryAdd(argument, arguments[++index]))
                {
                    faults.Add($"{argument} is given twice.");
                }
            }
            else if (argument == "--json" && verb == "list")
            {
                named["--json"] = "true";
            }
            else if (!argument.StartsWith("--", StringComparison.Ordinal) && file is null && verb is "export" or "import")
            {
                file = argument;
            }
            else
            {
                faults.Add($"Unknown argument '{argument}'; see --help.");
            }
        }

        if (file is null && verb is "export" or "import")
        {
            faults.Add($"{verb} needs the name of a file.");
        }

        if (!named.TryGetValue("--collateral", out string? folder))
        {
            faults.Add("--collateral DIR is missing: the coordinator's folder of collateral.");
        }

        return faults.Count == 0 && folder is not null
            ? new CollateralArguments(verb, file, folder, named.GetValueOrDefault("--deployment"), named.ContainsKey("--json"))
            : throw new StartupException(faults);
    }
}
