using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ait.Chain.Rpc;

/// <summary>An Ethereum node, typed. Every method throws <see cref="RpcException"/> if the node gives no usable answer.</summary>
public sealed class EthereumClient
{
    private readonly JsonRpcClient _rpc;

    /// <summary>A client over a JSON-RPC endpoint.</summary>
    public EthereumClient(JsonRpcClient rpc)
    {
        ArgumentNullException.ThrowIfNull(rpc);
        _rpc = rpc;
    }

    /// <summary>The underlying client, for methods this one does not offer.</summary>
    public JsonRpcClient Rpc => _rpc;

    /// <summary>The EIP-155 chain id.</summary>
    public async Task<ulong> GetChainIdAsync(CancellationToken cancellation) =>
        (await CallAsync("eth_chainId", [], cancellation).ConfigureAwait(false)).UInt64();

    /// <summary>The height of the head.</summary>
    public async Task<ulong> GetBlockNumberAsync(CancellationToken cancellation) =>
        (await CallAsync("eth_blockNumber", [], cancellation).ConfigureAwait(false)).UInt64();

    /// <summary>A block; null if the chain has none there.</summary>
    public async Task<Block?> GetBlockAsync(BlockTag block, CancellationToken cancellation)
    {
        RpcReader answer = await CallAsync("eth_getBlockByNumber", [block.ToString(), false], cancellation).ConfigureAwait(false);
        return answer.IsNull ? null : answer.Block();
    }

    /// <summary>A block by its hash; null if the node does not know it.</summary>
    public async Task<Block?> GetBlockAsync(Hash256 hash, CancellationToken cancellation)
    {
        RpcReader answer = await CallAsync("eth_getBlockByHash", [hash.ToString(), false], cancellation).ConfigureAwait(false);
        return answer.IsNull ? null : answer.Block();
    }

    /// <summary>The code of a contract; empty for an account without.</summary>
    public async Task<ImmutableArray<byte>> GetCodeAsync(Address address, BlockTag block, CancellationToken cancellation) =>
        (await CallAsync("eth_getCode", [address.ToString(), block.ToString()], cancellation).ConfigureAwait(false)).Bytes();

    /// <summary>The balance in wei.</summary>
    public async Task<BigInteger> GetBalanceAsync(Address address, BlockTag block, CancellationToken cancellation) =>
        (await CallAsync("eth_getBalance", [address.ToString(), block.ToString()], cancellation).ConfigureAwait(false)).Quantity();

    /// <summary>How many transactions the account has sent, as of a block; with <see cref="BlockTag.Pending"/>, those that wait included.</summary>
    public async Task<ulong> GetTransactionCountAsync(Address address, BlockTag block, CancellationToken cancellation) =>
        (await CallAsync("eth_getTransactionCount", [address.ToString(), block.ToString()], cancellation).ConfigureAwait(false)).UInt64();

    /// <summary>One storage slot of a contract.</summary>
    public async Task<Hash256> GetStorageAtAsync(Address address, Hash256 slot, BlockTag block, CancellationToken cancellation) =>
        (await CallAsync("eth_getStorageAt", [address.ToString(), slot.ToString(), block.ToString()], cancellation).ConfigureAwait(false)).Hash();

    /// <summary>Simulates a call on the state after a block.</summary>
    public async Task<CallResult> CallAsync(CallRequest request, BlockTag block, CancellationToken cancellation)
    {
        try
        {
            RpcReader answer = await CallAsync("eth_call", [ToJson(request), block.ToString()], cancellation).ConfigureAwait(false);
            return new CallResult.Returned(answer.Bytes());
        }
        catch (RpcException fault) when (AsRevert(fault) is { } reverted)
        {
            return reverted;
        }
    }

    /// <summary>Estimates the gas of a call on the state after a block.</summary>
    public async Task<GasEstimate> EstimateGasAsync(CallRequest request, BlockTag block, CancellationToken cancellation)
    {
        try
        {
            RpcReader answer = await CallAsync("eth_estimateGas", [ToJson(request), block.ToString()], cancellation).ConfigureAwait(false);
            return new GasEstimate.Estimated(answer.UInt64());
        }
        catch (RpcException fault) when (AsRevert(fault) is { } reverted)
        {
            return new GasEstimate.Reverted(reverted);
        }
    }

    /// <summary>The node's suggestion for the priority fee, wei per gas.</summary>
    public async Task<BigInteger> GetMaxPriorityFeePerGasAsync(CancellationToken cancellation) =>
        (await CallAsync("eth_maxPriorityFeePerGas", [], cancellation).ConfigureAwait(false)).Quantity();

    /// <summary>Fees of recent blocks, with priority fees at ascending percentiles.</summary>
    public async Task<FeeHistory> GetFeeHistoryAsync(int blockCount, BlockTag newest, ImmutableArray<double> percentiles, CancellationToken cancellation)
    {
        var asked = new JsonArray([.. percentiles.Select(static percentile => (JsonNode)percentile)]);
        string count = "0x" + blockCount.ToString("x", CultureInfo.InvariantCulture);
        RpcReader answer = await CallAsync("eth_feeHistory", [count, newest.ToString(), asked], cancellation).ConfigureAwait(false);
        RpcReader rewards = answer.Optional("reward");
        return new FeeHistory(
            answer.Field("oldestBlock").UInt64(),
            answer.Field("baseFeePerGas").Array(static fee => fee.Quantity()),
            answer.Field("gasUsedRatio").Array(static ratio => ratio.Number()),
            rewards.IsNull ? [] : rewards.Array(static block => block.Array(static fee => fee.Quantity())));
    }

    /// <summary>Hands a signed transaction to the node and returns its hash.</summary>
    public async Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellation) =>
        (await CallAsync("eth_sendRawTransaction", [Hex.Encode(raw.Span)], cancellation).ConfigureAwait(false)).Hash();

    /// <summary>The receipt of a mined transaction; null if it is not mined.</summary>
    public async Task<TransactionReceipt?> GetTransactionReceiptAsync(Hash256 hash, CancellationToken cancellation)
    {
        RpcReader answer = await CallAsync("eth_getTransactionReceipt", [hash.ToString()], cancellation).ConfigureAwait(false);
        return answer.IsNull ? null : answer.Receipt();
    }

    /// <summary>The logs that pass a filter, in the order of the chain.</summary>
    public async Task<ImmutableArray<Log>> GetLogsAsync(LogFilter filter, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var json = new JsonObject
        {
            ["fromBlock"] = BlockTag.Number(filter.FromBlock).ToString(),
            ["toBlock"] = BlockTag.Number(filter.ToBlock).ToString(),
        };
        if (filter.Addresses.Length > 0)
        {
            json["address"] = new JsonArray([.. filter.Addresses.Select(static address => (JsonNode)address.ToString())]);
        }

        if (filter.Topics.Length + filter.SecondTopics.Length > 0)
        {
            var topics = new JsonArray(AnyOf(filter.Topics));
            if (filter.SecondTopics.Length > 0)
            {
                topics.Add(AnyOf(filter.SecondTopics));
            }

            json["topics"] = topics;
        }

        RpcReader answer = await CallAsync("eth_getLogs", [json], cancellation).ConfigureAwait(false);
        return answer.Array(static log => log.Log());
    }

    /// <summary>One of these; null stands for any.</summary>
    private static JsonArray? AnyOf(ImmutableArray<Hash256> topics) =>
        topics.IsEmpty ? null : new JsonArray([.. topics.Select(static topic => (JsonNode)topic.ToString())]);

    private static JsonObject ToJson(CallRequest request)
    {
        var json = new JsonObject { ["data"] = Hex.Encode(request.Data.Span) };
        if (request.From is { } from)
        {
            json["from"] = from.ToString();
        }

        if (request.To is { } to)
        {
            json["to"] = to.ToString();
        }

        if (!request.Value.IsZero)
        {
            json["value"] = Quantity(request.Value);
        }

        if (request.Gas is { } gas)
        {
            json["gas"] = Quantity(gas);
        }

        return json;
    }

    private static string Quantity(BigInteger value)
    {
        string digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return "0x" + (digits.Length == 0 ? "0" : digits);
    }

    /// <summary>Code 3 is a revert; nodes that use another code say so in words.</summary>
    private static CallResult.Reverted? AsRevert(RpcException fault)
    {
        bool isRevert = fault.Failure == RpcFailure.RpcError
            && (fault.Code == 3 || fault.RpcMessage.Contains("revert", StringComparison.OrdinalIgnoreCase));
        return isRevert ? new CallResult.Reverted(Hex.TryDecode(fault.ErrorData, out byte[]? data) ? [.. data] : [], fault.RpcMessage) : null;
    }

    private async Task<RpcReader> CallAsync(string method, JsonArray parameters, CancellationToken cancellation)
    {
        JsonElement result = await _rpc.CallAsync(method, parameters, cancellation).ConfigureAwait(false);
        return new RpcReader(method, result);
    }
}
