using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>API keys of an account and the prepaid credit they draw on, managed by signing in with the account's key.</summary>
internal static class KeyCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var name = new Argument<string>("NAME") { Description = "A name to tell the key by." };
        var daily = new Option<string?>("--daily") { Description = "Most CU the key may spend in any 24 hours.", HelpName = "CU" };
        var total = new Option<string?>("--total") { Description = "Most CU it may ever spend.", HelpName = "CU" };
        var keyId = new Argument<string>("KEY-ID") { Description = "The key's id, as `ait key list` shows it." };
        var amount = new Argument<string>("AMOUNT") { Description = "AIT to burn for prepaid credit." };
        return new Command("key", "API keys of the OpenAI-compatible API, and the prepaid credit they draw on.")
        {
            Make("create", "Make an API key and print it, once.", [name, daily, total], screenFor, (parsed, screen, _, session, cancellation) => CreateAsync(
                screen, session, new KeyRequest(parsed.GetRequiredValue(name), Units("--daily", parsed.GetValue(daily)), Units("--total", parsed.GetValue(total))), cancellation)),
            Make("list", "List the account's API keys.", [], screenFor, (_, screen, _, session, cancellation) => ListAsync(screen, session, cancellation)),
            Make("revoke", "Refuse an API key from now on.", [keyId], screenFor, (parsed, screen, _, session, cancellation) => RevokeAsync(
                screen, session, parsed.GetRequiredValue(keyId), cancellation)),
            Make("credit", "Show the account's prepaid credit and what it bought.", [], screenFor, async (_, screen, _, session, cancellation) =>
                Show(screen, await session.CreditAsync(cancellation).ConfigureAwait(false))),
            Make("deposit", "Burn AIT for prepaid credit.", [amount], screenFor, async (parsed, screen, buying, session, cancellation) =>
                Show(screen, await DepositAsync(screen, buying, session, Amounts.Parse(parsed.GetRequiredValue(amount)), cancellation).ConfigureAwait(false))),
        };
    }

    private static Command Make(
        string name, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, Screen> screenFor,
        Func<ParseResult, Screen, Buying, AccountSession, CancellationToken, Task<int>> run)
    {
        var options = new NetworkOptions();
        var key = new Option<string?>("--key") { Description = "File with the account's key (default: the state folder's operator-1).", HelpName = "FILE" };
        var command = new Command(name, description) { key };
        CommonOptions.AddAll(command, symbols);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using Secp256k1PrivateKey account = KeyFile.Open(parsed.GetValue(key) ?? new StateFolder(options.State(parsed)).Key("operator-1"));
            AccountSession session = await AccountSession.SignInAsync(network, account, TimeProvider.System, cancellation).ConfigureAwait(false);
            return await run(parsed, screenFor(parsed), new Buying(network, account), session, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>CU with at most six decimals, in micro-CU.</summary>
    internal static ulong? Units(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal units)
            && units > 0 && units <= 1_000_000_000 && decimal.Truncate(units * ComputeUnits.MicroPerUnit) == units * ComputeUnits.MicroPerUnit
            ? (ulong)(units * ComputeUnits.MicroPerUnit)
            : throw new SurroundingsException($"{option} wants CU above zero with at most 6 decimals, such as 1.5, found: '{text}'.");
    }

    private static async Task<int> CreateAsync(Screen screen, AccountSession session, KeyRequest request, CancellationToken cancellation)
    {
        KeyResponse key = await session.CreateKeyAsync(request, cancellation).ConfigureAwait(false);
        screen.Say($"{key.KeyId} of {session.Account}. This is the key; it is shown once:");
        screen.Say(key.Key ?? "");
        screen.Answer(JsonSerializer.SerializeToNode(key, ProtocolJson.Default.KeyResponse)!); // A record is no null.
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(Screen screen, AccountSession session, CancellationToken cancellation)
    {
        KeysResponse keys = await session.KeysAsync(cancellation).ConfigureAwait(false);
        screen.Table(
            ["id", "name", "key", "state", "spent in 24 h", "limit", "spent", "limit"],
            keys.Keys.Select(key => (IReadOnlyList<string>)
            [
                key.KeyId, key.Name, key.Preview + "…", key.RevokedAt is null ? "live" : "revoked", $"{new ComputeUnits(key.SpentLastDay)}", Limit(key.DailyComputeUnits),
                $"{new ComputeUnits(key.Spent)}", Limit(key.TotalComputeUnits),
            ]));
        screen.Answer(JsonSerializer.SerializeToNode(keys, ProtocolJson.Default.KeysResponse)!); // A record is no null.
        return ExitCode.Done;
    }

    private static string Limit(ulong? units) => units is ulong micro ? $"{new ComputeUnits(micro)}" : "none";

    private static async Task<int> RevokeAsync(Screen screen, AccountSession session, string keyId, CancellationToken cancellation)
    {
        await session.RevokeKeyAsync(keyId, cancellation).ConfigureAwait(false);
        screen.Say($"{keyId} is revoked.");
        screen.Answer(new JsonObject { ["revoked"] = keyId });
        return ExitCode.Done;
    }

    private static async Task<CreditResponse> DepositAsync(Screen screen, Buying buying, AccountSession session, BigInteger wei, CancellationToken cancellation)
    {
        CreditResponse before = await session.OpenCreditAsync(cancellation).ConfigureAwait(false);
        var purchase = new Purchase(buying.Network, buying.Account, TimeProvider.System);
        TransactionReceipt receipt = await purchase.RedeemAsync(before.CreditId, wei, cancellation).ConfigureAwait(false);
        screen.Progress($"burned {Amounts.Text(wei)} AIT in {receipt.TransactionHash}");
        while (true)
        {
            CreditResponse credit = await session.CreditAsync(cancellation).ConfigureAwait(false);
            if (credit.Redeemed > before.Redeemed)
            {
                return credit;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    private static int Show(Screen screen, CreditResponse credit)
    {
        screen.Say($"{credit.Account} has {new ComputeUnits(credit.Available)} of prepaid credit: {new ComputeUnits(credit.Redeemed)} redeemed, {new ComputeUnits(credit.Spent)} spent.");
        if (credit.Purchases.Count > 0)
        {
            screen.Table(
                ["key", "task", "cost", "phase"],
                credit.Purchases.Select(bought => (IReadOnlyList<string>)[bought.KeyId, bought.TaskId?.ToString() ?? "-", $"{new ComputeUnits(bought.ComputeUnits)}", bought.Phase.ToString()]));
        }

        screen.Answer(JsonSerializer.SerializeToNode(credit, ProtocolJson.Default.CreditResponse)!); // A record is no null.
        return ExitCode.Done;
    }

    private sealed record Buying(NetworkAccess Network, Secp256k1PrivateKey Account);
}
