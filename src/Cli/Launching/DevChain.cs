using System.Globalization;

namespace Ait.Cli.Launching;

/// <summary>The dev chain's command line.</summary>
internal static class DevChain
{
    internal const ulong ChainId = 31337;

    /// <summary>
    /// Osaka rules (the dearest), one block a second, state on disk every second and at the end. No unlocked accounts: every
    /// key is the network's own, and only what the launcher funds has a balance.
    /// </summary>
    internal static IReadOnlyList<string> Arguments(int port, string stateFile) =>
    [
        "-q", "--hardfork", "osaka", "-b", "1", "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
        "--chain-id", ChainId.ToString(CultureInfo.InvariantCulture), "--accounts", "1",
        "--state", stateFile, "--state-interval", "1", "--preserve-historical-states",
    ];
}
