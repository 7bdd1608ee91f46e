using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Asking;

/// <summary>One chain through its node: calls that read, transactions that are waited for, logs. Knows every contract's errors.</summary>
internal sealed class ChainAccess : IDisposable
{
    private static readonly ContractAbi[] s_abis = [.. ContractArtifact.Names.Select(name => ContractArtifact.Load(name).Abi)];
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    /// <summary>One nonce is given out at a time; waiting for receipts happens side by side.</summary>
    private readonly SemaphoreSlim _sending = new(1, 1);

    private ChainAccess(HttpClient http, EthereumClient client, Uri rpc, ulong chainId, TimeProvider clock)
    {
        _http = http;
        Client = client;
        Rpc = rpc;
        ChainId = chainId;
        _clock = clock;
    }

    internal EthereumClient Client { get; }

    internal Uri Rpc { get; }

    internal ulong ChainId { get; }

    internal static async Task<ChainAccess> OpenAsync(Uri rpc, TimeProvider clock, CancellationToken cancellation)
    {
        var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, rpc, new JsonRpcOptions { MaxAttempts = 3 }, clock));
        try
        {
            return new ChainAccess(http, client, rpc, await client.GetChainIdAsync(cancellation).ConfigureAwait(false), clock);
        }
        catch (RpcException fault)
        {
            http.Dispose();
            throw new SurroundingsException($"no chain answers at {rpc}: {fault.Message} Start the network with `ait up` or name another node with --rpc.", fault);
        }
    }

    /// <summary>Calls a view; a revert is a refusal with the contract's own error.</summary>
    internal async Task<ImmutableArray<AbiValue>> ReadAsync(Address contract, AbiFunction function, CancellationToken cancellation, params AbiValue[] arguments)
    {
        CallResult result = await CallAsync(new CallRequest { To = contract, Data = function.EncodeCall(arguments) }, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (result is not CallResult.Returned returned)
        {
            throw new RefusedException($"{function.Name} was refused: {Explain((CallResult.Reverted)result)}");
        }

        return function.TryDecodeResult(returned.Data.AsSpan(), out ImmutableArray<AbiValue> values, out DecodeFault? fault)
            ? values
            : throw new SurroundingsException($"{contract} does not answer {function.Name} as this version expects: {fault}. Check the addresses in deployment.json.");
    }

    internal Task<CallResult> CallAsync(CallRequest request, BlockTag block, CancellationToken cancellation) =>
        Client.CallAsync(request, block, cancellation);

    /// <summary>The contract's own error by name and arguments.</summary>
    internal static ContractError Explain(CallResult.Reverted reverted) => ContractError.Decode(reverted.Data.AsSpan(), s_abis);

    /// <summary>Sends a transaction and waits until it is in a block; a revert is found before sending.</summary>
    internal Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, Address to, ReadOnlyMemory<byte> data, CancellationToken cancellation) =>
        SendAsync(key, to, data, BigInteger.Zero, cancellation);

    /// <summary>The same with some of the chain's coin, in wei.</summary>
    internal async Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, Address to, ReadOnlyMemory<byte> data, BigInteger value, CancellationToken cancellation)
    {
        GasEstimate estimate = await Client.EstimateGasAsync(new CallRequest { From = key.Address, To = to, Data = data, Value = value }, BlockTag.Latest, cancellation)
            .ConfigureAwait(false);
        if (estimate is GasEstimate.Reverted reverted)
        {
            throw new RefusedException($"the contract {to} refuses: {Explain(reverted.Call)}");
        }

        ulong gas = ((GasEstimate.Estimated)estimate).Gas;
        TransactionReceipt receipt = await SendRegardlessAsync(key, to, data, value, gas + (gas / 4) + 20_000, cancellation).ConfigureAwait(false);
        return receipt.Succeeded
            ? receipt
            : throw new RefusedException($"transaction {receipt.TransactionHash} to {to} failed in block {receipt.BlockNumber}.");
    }

    /// <summary>Sends a transaction without asking first whether it would succeed, and waits for its receipt.</summary>
    internal Task<TransactionReceipt> SendRegardlessAsync(
        Secp256k1PrivateKey key, Address? to, ReadOnlyMemory<byte> data, ulong gasLimit, CancellationToken cancellation) =>
        SendRegardlessAsync(key, to, data, BigInteger.Zero, gasLimit, cancellation);

    private async Task<TransactionReceipt> SendRegardlessAsync(
        Secp256k1PrivateKey key, Address? to, ReadOnlyMemory<byte> data, BigInteger value, ulong gasLimit, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        SignedTransaction signed;
        try
        {
            signed = await SignAsync(key, to, data, value, gasLimit, cancellation).ConfigureAwait(false);
            await Client.SendRawTransactionAsync(signed.Raw.AsMemory(), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }

        return await ReceiptAsync(signed.Hash, cancellation).ConfigureAwait(false);
    }

    private async Task<SignedTransaction> SignAsync(
        Secp256k1PrivateKey key, Address? to, ReadOnlyMemory<byte> data, BigInteger value, ulong gasLimit, CancellationToken cancellation)
    {
        ulong nonce = await Client.GetTransactionCountAsync(key.Address, BlockTag.Pending, cancellation).ConfigureAwait(false);
        Block head = await Client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)
            ?? throw new SurroundingsException($"the node at {Rpc} has no latest block. Check that it is synchronised.");
        BigInteger tip = await Client.GetMaxPriorityFeePerGasAsync(cancellation).ConfigureAwait(false);
        var transaction = new Eip1559Transaction
        {
            ChainId = ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = tip,
            MaxFeePerGas = (head.BaseFeePerGas * 2) + tip,
            GasLimit = gasLimit,
            To = to,
            Value = value,
            Data = [.. data.Span],
        };
        return transaction.Sign(key);
    }

    internal async Task<TransactionReceipt> ReceiptAsync(Hash256 transaction, CancellationToken cancellation)
    {
        while (true)
        {
            TransactionReceipt? receipt = await Client.GetTransactionReceiptAsync(transaction, cancellation).ConfigureAwait(false);
            if (receipt is not null)
            {
                return receipt;
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Every event of some contracts from the first block to the newest.</summary>
    internal async Task<IReadOnlyList<(Log Log, ContractEvent Event)>> EventsAsync(
        IReadOnlyList<Address> contracts, CancellationToken cancellation, ulong fromBlock = 0, params Hash256[] topics)
    {
        var events = new List<(Log, ContractEvent)>();
        foreach (Log log in await LogsAsync(contracts, cancellation, fromBlock, topics).ConfigureAwait(false))
        {
            foreach (ContractAbi abi in s_abis)
            {
                if (abi.TryDecodeLog(log.Topics.AsSpan(), log.Data.AsSpan(), out ContractEvent? decoded))
                {
                    events.Add((log, decoded));
                    break;
                }
            }
        }

        return events;
    }

    /// <summary>Every log of some contracts from the first block to the newest.</summary>
    internal async Task<IReadOnlyList<Log>> LogsAsync(IReadOnlyList<Address> contracts, CancellationToken cancellation, ulong fromBlock = 0, params Hash256[] topics)
    {
        ulong head = await Client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        const ulong page = 5_000;
        var logs = new List<Log>();
        for (ulong first = fromBlock; first <= head; first += page)
        {
            var filter = new LogFilter { FromBlock = first, ToBlock = Math.Min(head, first + page - 1), Addresses = [.. contracts], Topics = [.. topics] };
            logs.AddRange(await Client.GetLogsAsync(filter, cancellation).ConfigureAwait(false));
        }

        return logs;
    }

    /// <summary>The dev chain's own method that sets an account's balance; only a dev chain has it.</summary>
    internal async Task SetBalanceAsync(Address account, BigInteger wei, CancellationToken cancellation)
    {
        JsonElement _ = await Client.Rpc.CallAsync(
            "anvil_setBalance", new JsonArray(account.ToString(), "0x" + wei.ToString("x", System.Globalization.CultureInfo.InvariantCulture).TrimStart('0')), cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _sending.Dispose();
        _http.Dispose();
    }
}
