using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Buyer;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Cli.Commands;

/// <summary>Burns AIT for a workload, waits until it ran, and prints the answer after checking it against the chain.</summary>
internal static class RedeemCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var amount = new Argument<string>("AMOUNT") { Description = "AIT to burn; at least the workload's price. `price` burns exactly that." };
        var workload = new Argument<string>("WORKLOAD") { Description = "A prompt, a JSON file with a prompt, - for a prompt on standard input, or the id of a workload that is open already." };
        var key = new Option<string?>("--key") { Description = "File with the holder's key (default: the state folder's operator-1).", HelpName = "FILE" };
        Option<int> tokens = CommonOptions.Number("--max-new-tokens", "N", WorkloadText.StandardNewTokens, 1, Workload.MaxTokens, "At most so many tokens of answer to a prompt.");
        var confidential = new Option<bool>("--confidential") { Description = "Seal prompt and answer: only enclaves whose evidence is current on chain get the key, and this program has to run until they have it." };
        var trust = new Option<LeastTrust>("--least-trust") { Description = "The weakest devices that may read a confidential prompt.", DefaultValueFactory = _ => LeastTrust.MeasuredHost };
        var command = new Command("redeem", "Burn AIT for a workload, wait for it, print its answer.") { amount, workload, key, tokens, confidential, trust };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string asked = parsed.GetRequiredValue(amount);
            BigInteger? wei = asked == "price" ? null : Amounts.Parse(asked);
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using Secp256k1PrivateKey holder = KeyFile.Open(parsed.GetValue(key) ?? new StateFolder(options.State(parsed)).Key("operator-1"));
            Screen screen = screenFor(parsed);
            string text = parsed.GetRequiredValue(workload);
            text = text == "-" ? await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false) : text;
            using ConfidentialPurchase? sealedPurchase = await ConfidentialAsync(
                screen, network, new StateFolder(options.State(parsed)), parsed.GetValue(confidential), parsed.GetValue(trust), text, parsed.GetValue(tokens), cancellation).ConfigureAwait(false);
            return await RunAsync(screen, network, holder, wei, text, parsed.GetValue(tokens), sealedPurchase, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Screen screen, NetworkAccess network, Secp256k1PrivateKey holder, BigInteger? amount, string text, int tokens, ConfidentialPurchase? confidential, CancellationToken cancellation)
    {
        var purchase = new Purchase(network, holder, TimeProvider.System);
        WorkloadQuote quote = await QuoteAsync(network, purchase, text, tokens, confidential?.Workload, cancellation).ConfigureAwait(false);
        screen.Progress($"workload {quote.WorkloadId}: {new ComputeUnits(quote.MicroComputeUnits)}, {Amounts.Text(quote.PriceWei)} AIT");
        bool isPaid = await IsPaidAsync(network, quote, confidential, cancellation).ConfigureAwait(false);
        BigInteger burn = isPaid ? BigInteger.Zero : amount ?? quote.PriceWei;
        if (!isPaid && burn < quote.PriceWei && quote.CreditMicroComputeUnits < quote.MicroComputeUnits)
        {
            throw new RefusedException($"the workload costs {Amounts.Text(quote.PriceWei)} AIT, offered were {Amounts.Text(burn)}. Burn at least its price (`ait redeem price …`).");
        }

        TransactionReceipt? receipt = isPaid ? null : await purchase.RedeemAsync(quote, burn, cancellation).ConfigureAwait(false);
        screen.Progress(receipt is null ? "paid before: going on" : $"burned {Amounts.Text(burn)} AIT in {receipt.TransactionHash} ({receipt.GasUsed:N0} gas)");
        WorkloadAnswer answer = await purchase.AnswerAsync(
            quote.WorkloadId,
            phase => screen.Progress($"{phase} …"),
            cancellation,
            confidential is null ? null : new ConfidentialAnswer(confidential.Workload, confidential.Key),
            confidential is null ? null : confidential.RoundAsync).ConfigureAwait(false);
        await (confidential?.CheckSeatsAsync(cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        screen.Say($"answer ({answer.Tokens} tokens, {answer.SeatsPaid} equal results, checked against the chain):");
        screen.Say(answer.Text);
        screen.Answer(new JsonObject
        {
            ["workloadId"] = quote.WorkloadId.ToString(),
            ["burnedWei"] = burn.ToString(CultureInfo.InvariantCulture),
            ["redemption"] = receipt?.TransactionHash.ToString(),
            ["taskId"] = answer.TaskId.ToString(),
            ["settlement"] = answer.Settlement.ToString(),
            ["resultHash"] = answer.ResultHash.ToString(),
            ["tokens"] = answer.Tokens,
            ["answer"] = answer.Text,
        });
        return ExitCode.Done;
    }

    /// <summary>Whether a confidential purchase that was interrupted is paid already: its credit waits, or it has run.</summary>
    private static async Task<bool> IsPaidAsync(NetworkAccess network, WorkloadQuote quote, ConfidentialPurchase? confidential, CancellationToken cancellation) =>
        confidential is not null
        && (quote.CreditMicroComputeUnits >= quote.MicroComputeUnits
            || (await network.Coordinator.WorkloadAsync(quote.WorkloadId, cancellation).ConfigureAwait(false)).Phase == WorkloadPhase.Settled);

    /// <summary>A new confidential workload, whose key is on disk before anything is bought; or one that is gone on with; null if the workload is plain.</summary>
    private static async Task<ConfidentialPurchase?> ConfidentialAsync(
        Screen screen, NetworkAccess network, StateFolder state, bool wanted, LeastTrust least, string text, int tokens, CancellationToken cancellation)
    {
        if (Hash256.TryParse(text, out Hash256 id))
        {
            if (!File.Exists(state.Confidential(id)))
            {
                return wanted
                    ? throw new SurroundingsException($"there is no {state.Confidential(id)}. A confidential workload can be gone on with only where its content key lies.")
                    : null;
            }

            (Workload former, ContentKey formerKey) = ConfidentialFile.Read(state.Confidential(id));
            return await ConfidentialPurchase.OpenAsync(network, former, formerKey, least, screen.Progress, cancellation).ConfigureAwait(false);
        }

        if (!wanted)
        {
            return null;
        }

        Workload plain = WorkloadText.Of(text, tokens, await ModelAsync(network, cancellation).ConfigureAwait(false));
        if (plain.Type != WorkloadType.Inference)
        {
            throw new RefusedException($"the workload is refused: expected one of inference, found {plain.Type}. Only prompts to continue can be confidential; leave --confidential out.");
        }

        var key = ContentKey.Create();
        Workload confidential = key.SealPrompt(plain);
        ConfidentialFile.Write(state.Confidential(confidential.Hash), confidential, key);
        screen.Progress($"content key kept in {state.Confidential(confidential.Hash)}");
        return await ConfidentialPurchase.OpenAsync(network, confidential, key, least, screen.Progress, cancellation).ConfigureAwait(false);
    }

    private static async Task<ModelResponse> ModelAsync(NetworkAccess network, CancellationToken cancellation) =>
        (await network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false)).Models is [ModelResponse first, ..] ? first : throw new RefusedException("the coordinator schedules no model.");

    private static async Task<WorkloadQuote> QuoteAsync(NetworkAccess network, Purchase purchase, string text, int tokens, Workload? confidential, CancellationToken cancellation)
    {
        if (confidential is not null)
        {
            return await purchase.QuoteAsync(confidential, cancellation).ConfigureAwait(false);
        }

        if (Hash256.TryParse(text, out Hash256 id))
        {
            return await purchase.FindQuoteAsync(id, cancellation).ConfigureAwait(false);
        }

        return await purchase.QuoteAsync(WorkloadText.Of(text, tokens, await ModelAsync(network, cancellation).ConfigureAwait(false)), cancellation).ConfigureAwait(false);
    }
}
