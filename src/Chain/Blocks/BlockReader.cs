using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

using Ait.Chain.Rlp;
using Ait.Chain.Rpc;

namespace Ait.Chain.Blocks;

/// <summary>Reads whole blocks from a node and writes them as they are hashed, so that nothing of them has to be believed.</summary>
public sealed class BlockReader
{
    /// <summary>Header fields in the order of their RLP: hashes and bytes as they are, quantities without leading zeros. Forks append; none leaves one out.</summary>
    private static readonly (string Name, bool IsQuantity)[] s_header =
    [
        ("parentHash", false), ("sha3Uncles", false), ("miner", false), ("stateRoot", false), ("transactionsRoot", false), ("receiptsRoot", false),
        ("logsBloom", false), ("difficulty", true), ("number", true), ("gasLimit", true), ("gasUsed", true), ("timestamp", true), ("extraData", false),
        ("mixHash", false), ("nonce", false), ("baseFeePerGas", true), ("withdrawalsRoot", false), ("blobGasUsed", true), ("excessBlobGas", true),
        ("parentBeaconBlockRoot", false), ("requestsHash", false),
    ];

    private readonly EthereumClient _client;

    /// <summary>A reader over a node.</summary>
    public BlockReader(EthereumClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
    }

    /// <summary>A block's header alone.</summary>
    /// <exception cref="RpcException">The node has no such block or gives no usable answer.</exception>
    public async Task<(BlockHeader Header, Hash256 ToldHash)> ReadHeaderAsync(ulong number, CancellationToken cancellation)
    {
        RpcReader block = await AskAsync("eth_getBlockByNumber", [Quantity(number), false], cancellation).ConfigureAwait(false);
        return (Header(block), block.Field("hash").Hash());
    }

    /// <summary>A block with its transactions and receipts.</summary>
    /// <exception cref="RpcException">The node has no such block or gives no usable answer.</exception>
    public async Task<BlockContent> ReadAsync(ulong number, CancellationToken cancellation)
    {
        RpcReader block = await AskAsync("eth_getBlockByNumber", [Quantity(number), true], cancellation).ConfigureAwait(false);
        RpcReader receipts = await AskAsync("eth_getBlockReceipts", [Quantity(number)], cancellation).ConfigureAwait(false);
        return new BlockContent(
            Header(block), block.Field("hash").Hash(), block.Field("transactions").Array(Transaction), receipts.Array(Receipt));
    }

    private async Task<RpcReader> AskAsync(string method, JsonArray arguments, CancellationToken cancellation)
    {
        JsonElement answer = await _client.Rpc.CallAsync(method, arguments, cancellation).ConfigureAwait(false);
        var reader = new RpcReader(method, answer);
        return reader.IsNull ? throw new RpcException(RpcFailure.BadResponse, $"{method}: the node does not have block {arguments[0]}.") : reader;
    }

    private static string Quantity(ulong number) => "0x" + number.ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    private static BlockHeader Header(RpcReader block)
    {
        var fields = new List<RlpItem>();
        foreach ((string name, bool isQuantity) in s_header)
        {
            RpcReader field = block.Optional(name);
            if (field.IsNull && name == "baseFeePerGas")
            {
                break;
            }

            if (field.IsNull && fields.Count > 15)
            {
                break;
            }

            fields.Add(isQuantity ? block.Field(name).Quantity() : RlpItem.String(block.Field(name).Bytes().AsSpan()));
        }

        byte[] encoded = RlpCodec.Encode(RlpItem.List([.. fields]));
        return BlockHeader.TryDecode(encoded, out BlockHeader? header, out DecodeFault? fault)
            ? header
            : throw new RpcException(RpcFailure.BadResponse, $"eth_getBlockByNumber: {fault}");
    }

    private static MinedTransaction Transaction(RpcReader transaction)
    {
        RpcReader to = transaction.Optional("to");
        Address? callee = to.IsNull ? null : to.Address();
        ImmutableArray<byte> input = transaction.Field("input").Bytes();
        ulong type = transaction.Optional("type") is { IsNull: false } told ? told.UInt64() : 0;
        byte[]? raw = Raw(transaction, type, callee, input);
        return new MinedTransaction(raw is null ? [] : [.. raw], raw is null ? transaction.Field("hash").Hash() : Keccak256.Hash(raw), callee, input);
    }

    private static byte[]? Raw(RpcReader transaction, ulong type, Address? to, ImmutableArray<byte> input)
    {
        BigInteger Number(string name) => transaction.Field(name).Quantity();
        RlpItem callee = to is { } address ? address : RlpItem.String([]);
        RlpItem data = RlpItem.String(input.AsSpan());
        return type switch
        {
            0 => RlpCodec.Encode(RlpItem.List(
                Number("nonce"), Number("gasPrice"), Number("gas"), callee, Number("value"), data, Number("v"), Number("r"), Number("s"))),
            1 => [1, .. RlpCodec.Encode(RlpItem.List(
                Number("chainId"), Number("nonce"), Number("gasPrice"), Number("gas"), callee, Number("value"), data, AccessList(transaction), Parity(transaction), Number("r"), Number("s")))],
            2 => [2, .. RlpCodec.Encode(RlpItem.List(
                Number("chainId"), Number("nonce"), Number("maxPriorityFeePerGas"), Number("maxFeePerGas"), Number("gas"), callee, Number("value"), data,
                AccessList(transaction), Parity(transaction), Number("r"), Number("s")))],
            _ => null,
        };
    }

    /// <summary>Older nodes call a typed transaction's parity <c>v</c>.</summary>
    private static BigInteger Parity(RpcReader transaction) =>
        transaction.Optional("yParity") is { IsNull: false } parity ? parity.Quantity() : transaction.Field("v").Quantity();

    private static RlpItem AccessList(RpcReader transaction) => RlpItem.List([.. transaction.Field("accessList").Array(static entry => RlpItem.List(
        entry.Field("address").Address(), RlpItem.List([.. entry.Field("storageKeys").Array(static key => (RlpItem)key.Hash())])))]);

    private static MinedReceipt Receipt(RpcReader receipt)
    {
        ImmutableArray<Log> logs = receipt.Field("logs").Array(static log => log.Log());
        bool succeeded = receipt.Field("status").UInt64() == 1;
        ulong type = receipt.Optional("type") is { IsNull: false } told ? told.UInt64() : 0;
        byte[] body = RlpCodec.Encode(RlpItem.List(
            succeeded ? 1UL : 0UL,
            receipt.Field("cumulativeGasUsed").Quantity(),
            LogBloom.Of(logs),
            RlpItem.List([.. logs.Select(static log => RlpItem.List(
                log.Address, RlpItem.List([.. log.Topics.Select(static topic => (RlpItem)topic)]), RlpItem.String(log.Data.AsSpan())))])));
        return new MinedReceipt(type == 0 ? [.. body] : [(byte)type, .. body], succeeded, logs);
    }
}
