using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>AIT that an operator or a coordinator puts up for its conduct: put up, asked back, taken out. Only the chain is asked.</summary>
internal static class BondCommand
{
    private const string Operator = "operator";
    private const string Coordinator = "coordinator";

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        Argument<string> put = Amount("AIT to put up.");
        Argument<string> back = Amount("AIT to ask back.");
        return new Command("bond", "Put up AIT for your conduct as an operator or a coordinator, and take it out again.")
        {
            Make(screenFor, "show", "Show the account's bond.", [], (desk, parsed, cancellation) => Task.CompletedTask),
            Make(screenFor, "deposit", "Add AIT to the bond.", [put], async (desk, parsed, cancellation) =>
            {
                BigInteger amount = Amounts.Parse(parsed.GetRequiredValue(put));
                await desk.SendAsync(desk.Token, NetworkAccess.Token.Function("approve").EncodeCall(desk.Bond.Address, amount), cancellation).ConfigureAwait(false);
                await desk.SendAsync(desk.Bond.Address, desk.Bond.Deposit(desk.Key.Address, amount).Data.AsMemory(), cancellation).ConfigureAwait(false);
            }),
            Make(screenFor, "unbond", "Ask a part back. It answers for what was done until it is taken out; what waits already waits anew.", [back], (desk, parsed, cancellation) =>
                desk.SendAsync(desk.Bond.Address, desk.Bond.Unbond(Amounts.Parse(parsed.GetRequiredValue(back))).Data.AsMemory(), cancellation)),
            Make(screenFor, "withdraw", "Take out what was asked back, once it has waited.", [], (desk, parsed, cancellation) =>
                desk.SendAsync(desk.Bond.Address, desk.Bond.Withdraw().Data.AsMemory(), cancellation)),
        };
    }

    private static Argument<string> Amount(string description) => new("AMOUNT") { Description = description };

    private static Command Make(
        Func<ParseResult, Screen> screenFor, string name, string description, IReadOnlyList<Argument> arguments, Func<Desk, ParseResult, CancellationToken, Task> act)
    {
        var options = new ChainOptions();
        var role = new Option<string>("--as") { Description = $"Whose bond: {Operator} or {Coordinator} (default: {Operator}).", HelpName = "ROLE", DefaultValueFactory = _ => Operator };
        role.AcceptOnlyFromAmong(Operator, Coordinator);
        var key = new Option<string?>("--key") { Description = "File with the account's key (default: the state folder's operator-1, or coordinator).", HelpName = "FILE" };
        var command = new Command(name, description) { role, key };
        foreach (Argument argument in arguments)
        {
            command.Add(argument);
        }

        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            bool isCoordinator = parsed.GetRequiredValue(role) == Coordinator;
            (ChainAccess chain, Deployment deployment) = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (chain)
            {
                using Secp256k1PrivateKey account = KeyFile.Open(parsed.GetValue(key) ?? options.State(parsed).Key(isCoordinator ? Coordinator : "operator-1"));
                BondContract bond = isCoordinator
                    ? new CoordinatorBondContract(deployment.CoordinatorBond, chain.Client)
                    : new OperatorBondContract(deployment.OperatorBond, chain.Client);
                var desk = new Desk(chain, bond, deployment.Token, account);
                await act(desk, parsed, cancellation).ConfigureAwait(false);
                return await ShowAsync(screenFor(parsed), desk, cancellation).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static async Task<int> ShowAsync(Screen screen, Desk desk, CancellationToken cancellation)
    {
        Address account = desk.Key.Address;
        BigInteger held = await desk.Bond.GetBondOfAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
        (BigInteger waiting, ulong at) = await desk.Bond.GetUnbondingOfAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
        ulong delay = await desk.Bond.GetUnbondingDelayAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        string when = DateTimeOffset.FromUnixTimeSeconds((long)at).ToString("u", CultureInfo.InvariantCulture);
        var answer = new JsonObject
        {
            ["account"] = account.ToString(),
            ["contract"] = desk.Bond.Address.ToString(),
            ["bondWei"] = Text(held),
            ["unbondingWei"] = Text(waiting),
            ["withdrawableAt"] = waiting.IsZero ? null : at,
            ["unbondingSeconds"] = delay,
        };
        List<string[]> rows =
        [
            ["account", account.ToString()],
            ["bond", $"{Amounts.Text(held)} AIT"],
            ["asked back", waiting.IsZero ? "none" : $"{Amounts.Text(waiting)} AIT, to be had from {when}"],
            ["time from asking to having", $"{TimeSpan.FromSeconds(delay)}"],
        ];
        if (desk.Bond is OperatorBondContract operators)
        {
            bool isGood = await operators.IsInGoodStandingAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
            ulong until = await operators.GetProbationUntilAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
            BigInteger least = (await operators.GetTermsAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)).LeastBond;
            rows.Add(["good standing", isGood ? "yes" : $"no: it takes {Amounts.Text(least)} AIT and no probation"]);
            (answer["goodStanding"], answer["probationUntil"]) = (isGood, until == 0 ? null : until);
        }

        screen.Table(["what", "value"], rows);
        screen.Answer(answer);
        return ExitCode.Done;
    }

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One account at one bond.</summary>
    private sealed record Desk(ChainAccess Chain, BondContract Bond, Address Token, Secp256k1PrivateKey Key)
    {
        internal Task<TransactionReceipt> SendAsync(Address to, ReadOnlyMemory<byte> data, CancellationToken cancellation) => Chain.SendAsync(Key, to, data, cancellation);
    }
}
