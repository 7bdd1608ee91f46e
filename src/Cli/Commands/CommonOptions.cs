using System.CommandLine;
using System.Globalization;

namespace Ait.Cli.Commands;

/// <summary>Options that mean the same on every command.</summary>
internal static class CommonOptions
{
    internal const string DefaultState = ".ait/devnet";

    internal static Option<bool> Json { get; } = new("--json")
    {
        Description = "Answer with one JSON object per line on standard output.",
        Recursive = true,
    };

    /// <summary>Adds arguments and options to a command.</summary>
    internal static void AddAll(Command command, IEnumerable<Symbol> symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }
    }

    internal static Option<string> State() => new("--state")
    {
        Description = "The folder that holds the network: chain, keys, ledger, logs.",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultState,
    };

    internal static Option<Uri?> Rpc() => Url("--rpc", "The chain's JSON-RPC endpoint (default: what `ait up` wrote into the state folder).");

    internal static Option<Uri?> Coordinator() => Url("--coordinator", "The coordinator's base URL (default: what `ait up` wrote into the state folder).");

    internal static Option<Uri?> Url(string name, string description)
    {
        var option = new Option<Uri?>(name) { Description = description, HelpName = "URL" };
        option.CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            result.AddError($"{name} wants an http or https URL, found: '{text}'.");
            return null;
        };
        return option;
    }

    internal static Option<int> Port(string name, int standard, string description) => Number(name, "PORT", standard, 1, 65535, description);

    /// <summary>A whole number within bounds; anything else is refused with the bounds.</summary>
    internal static Option<int> Number(string name, string helpName, int standard, int least, int most, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => standard };
        option.CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError($"{name} wants a number from {least} to {most}, found: '{text}'.");
            return standard;
        };
        return option;
    }
}
