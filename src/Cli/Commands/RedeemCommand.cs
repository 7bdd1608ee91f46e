using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>Burns AIT for a workload, waits until it ran, and prints the answer after checking it against the chain.</summary>
internal static class RedeemCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var amount = new Argument<string>("AMOUNT") { Description = "AIT to burn; at least the workload's price. `price` burns exactly that." };
        var workload = new Argument<string>("WORKLOAD") { Description = "A prompt, a JSON file with a prompt, or the id of a workload that is open already." };
        var key = new Option<string?>("--key") { Description = "File with the holder's key (default: the state folder's operator-1).", HelpName = "FILE" };
        Option<int> tokens = CommonOptions.Number("--max-new-tokens", "N", WorkloadText.StandardNewTokens, 1, Workload.MaxTokens, "At most so many tokens of answer to a prompt.");
        var command = new Command("redeem", "Burn AIT for a workload, wait for it, print its answer.") { amount, workload, key, tokens };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string asked = parsed.GetRequiredValue(amount);
            BigInteger? wei = asked == "price" ? null : Amounts.Parse(asked);
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using Secp256k1PrivateKey holder = KeyFile.Open(parsed.GetValue(key) ?? new StateFolder(options.State(parsed)).Key("operator-1"));
            return await RunAsync(screenFor(parsed), network, holder, wei, parsed.GetRequiredValue(workload), parsed.GetValue(tokens), cancellation)
                .ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Screen screen, NetworkAccess network, Secp256k1PrivateKey holder, BigInteger? amount, string text, int tokens, CancellationToken cancellation)
    {
        var purchase = new Purchase(network, holder, TimeProvider.System);
        WorkloadQuote quote = await QuoteAsync(network, purchase, text, tokens, cancellation).ConfigureAwait(false);
        screen.Progress($"workload {quote.WorkloadId}: {new ComputeUnits(quote.MicroComputeUnits)}, {Amounts.Text(quote.PriceWei)} AIT");
        BigInteger burn = amount ?? quote.PriceWei;
        if (burn < quote.PriceWei && quote.CreditMicroComputeUnits < quote.MicroComputeUnits)
        {
            throw new RefusedException($"the workload costs {Amounts.Text(quote.PriceWei)} AIT, offered were {Amounts.Text(burn)}. Burn at least its price (`ait redeem price …`).");
        }

        TransactionReceipt receipt = await purchase.RedeemAsync(quote, burn, cancellation).ConfigureAwait(false);
        screen.Progress($"burned {Amounts.Text(burn)} AIT in {receipt.TransactionHash} ({receipt.GasUsed:N0} gas)");
        WorkloadAnswer answer = await purchase.AnswerAsync(quote.WorkloadId, phase => screen.Progress($"{phase} …"), cancellation).ConfigureAwait(false);
        screen.Say($"answer ({answer.Tokens} tokens, {answer.SeatsPaid} equal results, checked against the chain):");
        screen.Say(answer.Text);
        screen.Answer(new JsonObject
        {
            ["workloadId"] = quote.WorkloadId.ToString(),
            ["burnedWei"] = burn.ToString(CultureInfo.InvariantCulture),
            ["redemption"] = receipt.TransactionHash.ToString(),
            ["taskId"] = answer.TaskId.ToString(),
            ["settlement"] = answer.Settlement.ToString(),
            ["resultHash"] = answer.ResultHash.ToString(),
            ["tokens"] = answer.Tokens,
            ["answer"] = answer.Text,
        });
        return ExitCode.Done;
    }

    private static async Task<WorkloadQuote> QuoteAsync(NetworkAccess network, Purchase purchase, string text, int tokens, CancellationToken cancellation)
    {
        if (Hash256.TryParse(text, out Hash256 id))
        {
            return await purchase.FindQuoteAsync(id, cancellation).ConfigureAwait(false);
        }

        ModelsResponse models = await network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        ModelResponse model = models.Models.Count > 0 ? models.Models[0] : throw new RefusedException("the coordinator schedules no model.");
        return await purchase.QuoteAsync(WorkloadText.Of(text, tokens, model), cancellation).ConfigureAwait(false);
    }
}
