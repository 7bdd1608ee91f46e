using System.Globalization;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Cli.Asking;

/// <summary>Buys one workload: quote, burn, wait, and an answer that is held against the result hash on chain.</summary>
internal sealed class Purchase
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);
    private readonly NetworkAccess _network;
    private readonly Secp256k1PrivateKey _buyer;
    private readonly TimeProvider _clock;

    internal Purchase(NetworkAccess network, Secp256k1PrivateKey buyer, TimeProvider clock)
    {
        _network = network;
        _buyer = buyer;
        _clock = clock;
    }

    /// <summary>Asks the coordinator to open the workload and checks on chain that it did, at the quoted price.</summary>
    internal async Task<WorkloadQuote> QuoteAsync(Workload workload, CancellationToken cancellation)
    {
        QuoteResponse quote = await _network.Coordinator.PostAsync(
            _network.Domain,
            _buyer,
            "/v1/workloads",
            new WorkloadRequest(Hex.Encode(workload.ToBytes())),
            ProtocolJson.Default.WorkloadRequest,
            ProtocolJson.Default.QuoteResponse,
            cancellation).ConfigureAwait(false);
        if (quote.WorkloadId != workload.Hash)
        {
            throw new RefusedException($"the coordinator quoted workload {quote.WorkloadId}, asked was {workload.Hash}. Do not use this coordinator.");
        }

        return await FindQuoteAsync(workload.Hash, cancellation).ConfigureAwait(false);
    }

    /// <summary>The price of an open workload as the contract has it; a small one costs the least that the contract redeems.</summary>
    internal async Task<WorkloadQuote> FindQuoteAsync(Hash256 workloadId, CancellationToken cancellation)
    {
        ulong units = (await _network.MiningAsync("quoteOf", cancellation, workloadId).ConfigureAwait(false)).AsUInt64();
        if (units == 0)
        {
            throw new RefusedException($"workload {workloadId} is not open on chain. Give its prompt or file instead of its id, so that it is opened.");
        }

        BigInteger price = (await _network.MiningAsync("redeemPrice", cancellation).ConfigureAwait(false)).AsBigInteger();
        ulong credit = (await _network.MiningAsync("creditOf", cancellation, _buyer.Address, workloadId).ConfigureAwait(false)).AsUInt64();
        ulong least = (await _network.MiningAsync("LEAST_REDEEMED_UNITS", cancellation).ConfigureAwait(false)).AsUInt64();
        return new WorkloadQuote(workloadId, units, Math.Max(units, least) * price, credit);
    }

    /// <summary>Burns AIT for credit on the workload.</summary>
    internal Task<TransactionReceipt> RedeemAsync(WorkloadQuote quote, BigInteger amount, CancellationToken cancellation) =>
        RedeemAsync(quote.WorkloadId, amount, cancellation);

    /// <summary>Burns AIT for credit on any open id.</summary>
    internal async Task<TransactionReceipt> RedeemAsync(Hash256 workloadId, BigInteger amount, CancellationToken cancellation)
    {
        BigInteger balance = await _network.BalanceAsync(_buyer.Address, cancellation).ConfigureAwait(false);
        if (balance < amount)
        {
            throw new RefusedException($"{_buyer.Address} has {Amounts.Text(balance)} AIT and would burn {Amounts.Text(amount)}. Choose a smaller amount or another account with --key.");
        }

        byte[] call = NetworkAccess.Mining.Function("redeem").EncodeCall(amount, workloadId);
        return await _network.Chain.SendAsync(_buyer, _network.Network.MiningRegistry, call, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until the workload has run and settled; the answer matches the contract's result hash or is refused.</summary>
    /// <param name="workloadId">The workload.</param>
    /// <param name="progress">Told each phase.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <param name="confidential">Opens the answer to a confidential workload.</param>
    /// <param name="eachLook">Done with every look, while the workload runs.</param>
    internal async Task<WorkloadAnswer> AnswerAsync(
        Hash256 workloadId, Action<WorkloadPhase> progress, CancellationToken cancellation, ConfidentialAnswer? confidential = null, Func<CancellationToken, Task>? eachLook = null)
    {
        WorkloadPhase? last = null;
        while (true)
        {
            WorkloadResponse workload = await _network.Coordinator.WorkloadAsync(workloadId, cancellation).ConfigureAwait(false);
            if (workload.Phase != last)
            {
                last = workload.Phase;
                progress(workload.Phase);
            }

            if (workload.Phase == WorkloadPhase.Void)
            {
                throw new RefusedException($"the task of workload {workloadId} ended without agreement; nothing was minted and the credit is untouched. Redeem again to run it again.");
            }

            if (workload is { Phase: WorkloadPhase.Settled, Transcript: { } transcript, TaskId: { } taskId })
            {
                return await CheckAsync(workloadId, taskId, transcript, confidential, cancellation).ConfigureAwait(false);
            }

            if (eachLook is not null)
            {
                await eachLook(cancellation).ConfigureAwait(false);
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<WorkloadAnswer> CheckAsync(Hash256 workloadId, Hash256 taskId, string transcriptHex, ConfidentialAnswer? confidential, CancellationToken cancellation)
    {
        var settlements = await _network.SettledTasksAsync(cancellation).ConfigureAwait(false);
        (Log log, _, SettledTaskRecord settlement) = settlements.FirstOrDefault(found => found.TaskId == taskId);
        if (settlement is null || settlement.WorkloadHash != workloadId)
        {
            throw new RefusedException($"the coordinator says task {taskId} of workload {workloadId} is settled; the chain knows no such settlement.");
        }

        if (!Hex.TryDecode(transcriptHex, out byte[]? bytes))
        {
            throw new RefusedException($"the coordinator's transcript of workload {workloadId} is not hex.");
        }

        var result = new Hash256(Digest.Of(bytes).ToBytes());
        Hash256 agreed = settlement.ResultHash;
        if (result != agreed)
        {
            throw new RefusedException($"the coordinator's transcript of workload {workloadId} has result {result}, the settled result is {agreed}. Do not use this coordinator.");
        }

        if (confidential is { Workload: Workload workload, Key: ContentKey key })
        {
            bytes = key.TryOpenAnswer(workload, bytes, out byte[]? opened, out ProtocolRefusal? closed)
                ? opened
                : throw new RefusedException($"the settled answer of workload {workloadId} does not open under its content key: {closed}. At least two seats answered under another; do not use this coordinator.");
        }

        if (Read(bytes) is not { } read)
        {
            throw new RefusedException($"the coordinator's transcript of workload {workloadId} is not one of this engine's. A confidential one opens with its file: `ait open FILE`.");
        }

        return new WorkloadAnswer(taskId, agreed, read.Amount, read.Text, log.TransactionHash, (byte)settlement.SeatsPaid, settlement.Minted);
    }

    /// <summary>Tokens and text of a generation, values of an embedding, or steps and what they left of a chunk of training.</summary>
    private static (int Amount, string Text)? Read(byte[] bytes)
    {
        if (Transcript.TryParse(bytes, out Transcript? transcript, out _))
        {
            // The token that ends an answer is no part of its text.
            ReadOnlySpan<int> tokens = transcript.Tokens.AsSpan();
            return (tokens.Length, ByteTokenizer.DecodePrintable(tokens is [.. ReadOnlySpan<int> text, ByteTokenizer.EndOfSequence] ? text : tokens));
        }

        if (Embedding.TryParse(bytes, out Embedding? embedding, out _))
        {
            return (embedding.Values.Length, string.Join(' ', embedding.Values.Select(static value => value.ToString("R", CultureInfo.InvariantCulture))));
        }

        return TrainingOutcome.TryParse(bytes, out TrainingOutcome? outcome, out _)
            ? (outcome.Steps.Length, $"{outcome.Steps.Length} steps of training, checkpoint {outcome.State?.ToString() ?? "none"}")
            : null;
    }
}
