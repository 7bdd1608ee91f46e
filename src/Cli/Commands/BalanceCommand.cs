using System.CommandLine;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>AIT balances from the chain: one account's, or every operator's.</summary>
internal static class BalanceCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var account = new Argument<string?>("ADDRESS") { Description = "The account (default: every operator of a registered device).", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("balance", "Show AIT balances, read from the token.") { account };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string? text = parsed.GetValue(account);
            if (text is not null && !Address.TryParse(text, out _))
            {
                throw new SurroundingsException($"ADDRESS wants 20 bytes of hex such as 0x70997970C51812dc3A010C7d01b50e0d17dc79C8, found: '{text}'.");
            }

            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            return await RunAsync(screenFor(parsed), network, text, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, NetworkAccess network, string? account, CancellationToken cancellation)
    {
        IEnumerable<Address> accounts = account is not null
            ? [Address.Parse(account)]
            : (await network.RosterAsync(cancellation).ConfigureAwait(false)).Select(device => device.Operator).Distinct();
        var rows = new List<IReadOnlyList<string>>();
        foreach (Address one in accounts)
        {
            BigInteger balance = await network.BalanceAsync(one, cancellation).ConfigureAwait(false);
            rows.Add([one.ToString(), $"{Amounts.Text(balance)} AIT"]);
            screen.Answer(new JsonObject { ["account"] = one.ToString(), ["wei"] = balance.ToString(), ["ait"] = Amounts.Text(balance) });
        }

        screen.Table(["account", "balance"], rows);
        return ExitCode.Done;
    }
}
