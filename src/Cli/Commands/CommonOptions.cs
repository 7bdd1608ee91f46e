using System.CommandLine;

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

    internal static Option<int> Port(string name, int standard, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "PORT", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            int port = result.GetValueOrDefault<int>();
            if (port is < 1 or > 65535)
            {
                result.AddError($"{name} wants a port between 1 and 65535, found: {port}.");
            }
        });
        return option;
    }
}
