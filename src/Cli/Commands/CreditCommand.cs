using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Credit on workloads: what there is, and how it goes to another workload where it was not served. Only the chain is asked.</summary>
internal static class CreditCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        Argument<string> from = Id("WORKLOAD", "The workload the credit is on.");
        Argument<string> to = Id("TO", "An open workload, or the account's prepaid credit id.");
        var units = new Option<string?>("--units") { Description = "CU to move (default: all there is).", HelpName = "CU" };
        return new Command("credit", "Show credit on a workload, or move what was not served to another.")
        {
            Make("show", "Show an account's credit on a workload and whether it is leaving.", [from], (parsed, moves, holder, cancellation) =>
                ShowAsync(screenFor(parsed), moves, holder.Address, HashOf(parsed, from), cancellation)),
            Make("move", "Ask to move credit to another workload; complete it twelve hours later.", [from, to, units], async (parsed, moves, holder, cancellation) =>
            {
                Hash256 workload = HashOf(parsed, from);
                ulong asked = KeyCommand.Units("--units", parsed.GetValue(units)) ?? await moves.HeldAsync(holder.Address, workload, cancellation).ConfigureAwait(false);
                await moves.SendAsync(holder, moves.Contract.RequestMove(workload, HashOf(parsed, to), asked), cancellation).ConfigureAwait(false);
                return await ShowAsync(screenFor(parsed), moves, holder.Address, workload, cancellation).ConfigureAwait(false);
            }),
            Make("complete", "Move what was asked for, once its time has come.", [from], async (parsed, moves, holder, cancellation) =>
            {
                Hash256 workload = HashOf(parsed, from);
                await moves.SendAsync(holder, moves.Contract.CompleteMove(holder.Address, workload), cancellation).ConfigureAwait(false);
                return await ShowAsync(screenFor(parsed), moves, holder.Address, workload, cancellation).ConfigureAwait(false);
            }),
            Make("cancel", "Keep the credit where it is.", [from], async (parsed, moves, holder, cancellation) =>
            {
                Hash256 workload = HashOf(parsed, from);
                await moves.SendAsync(holder, moves.Contract.CancelMove(workload), cancellation).ConfigureAwait(false);
                return await ShowAsync(screenFor(parsed), moves, holder.Address, workload, cancellation).ConfigureAwait(false);
            }),
        };
    }

    private static async Task<int> ShowAsync(Screen screen, Moves moves, Address account, Hash256 workload, CancellationToken cancellation)
    {
        ulong held = await moves.HeldAsync(account, workload, cancellation).ConfigureAwait(false);
        CreditMoveRecord? move = await moves.Contract.GetMoveOfAsync(account, workload, BlockTag.Latest, cancellation).ConfigureAwait(false);
        string? at = move is null ? null : DateTimeOffset.FromUnixTimeSeconds((long)move.CompletableAt).ToString("u", CultureInfo.InvariantCulture);
        screen.Table(
            ["what", "value"],
            [
                ["account", account.ToString()],
                ["workload", workload.ToString()],
                ["credit", $"{new ComputeUnits(held)}"],
                ["leaving", move is null ? "none" : $"{new ComputeUnits(Math.Min(move.Units, held))} to {move.To}, from {at}"],
            ]);
        screen.Answer(new JsonObject
        {
            ["account"] = account.ToString(),
            ["workloadId"] = workload.ToString(),
            ["microComputeUnits"] = held,
            ["leaving"] = move is null ? null : new JsonObject { ["to"] = move.To.ToString(), ["microComputeUnits"] = move.Units, ["completableAt"] = move.CompletableAt },
        });
        return ExitCode.Done;
    }

    private static Argument<string> Id(string name, string description) => new(name) { Description = description };

    private static Hash256 HashOf(ParseResult parsed, Argument<string> argument)
    {
        string text = parsed.GetRequiredValue(argument);
        return Hash256.TryParse(text, out Hash256 hash)
            ? hash
            : throw new SurroundingsException($"{argument.Name} wants a workload id of 32 bytes of hex, as `ait redeem` prints it, found: '{text}'.");
    }

    private static Command Make(
        string name, string description, IReadOnlyList<Symbol> symbols,
        Func<ParseResult, Moves, Secp256k1PrivateKey, CancellationToken, Task<int>> run)
    {
        var options = new NetworkOptions();
        var key = new Option<string?>("--key") { Description = "File with the holder's key (default: the state folder's operator-1).", HelpName = "FILE" };
        var command = new Command(name, description) { key };
        CommonOptions.AddAll(command, symbols);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using Secp256k1PrivateKey holder = KeyFile.Open(parsed.GetValue(key) ?? new StateFolder(options.State(parsed)).Key("operator-1"));
            Address contract = (await network.MiningAsync("creditMoves", cancellation).ConfigureAwait(false)).AsAddress();
            return await run(parsed, new Moves(network, new CreditMovesContract(contract, network.Chain.Client)), holder, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>The contract of one network.</summary>
    private sealed record Moves(NetworkAccess Network, CreditMovesContract Contract)
    {
        internal async Task<ulong> HeldAsync(Address account, Hash256 workload, CancellationToken cancellation) =>
            (await Network.MiningAsync("creditOf", cancellation, account, workload).ConfigureAwait(false)).AsUInt64();

        internal Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey holder, TransactionRequest request, CancellationToken cancellation) =>
            Network.Chain.SendAsync(holder, Contract.Address, request.Data.AsMemory(), cancellation);
    }
}
