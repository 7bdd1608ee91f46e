using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Ait.Chain.Rpc;

/// <summary>Reads the node's JSON; whatever is not as the specification says is a <see cref="RpcFailure.BadResponse"/> that names the method and the field.</summary>
internal readonly struct RpcReader
{
    private const int MaxTopics = 4;

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string _method;
    private readonly JsonElement _element;

    public RpcReader(string method, JsonElement element)
    {
        _method = method;
        _element = element;
    }

    public bool IsNull => _element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public ulong UInt64()
    {
        BigInteger quantity = Quantity();
        return quantity <= ulong.MaxValue ? (ulong)quantity : throw Bad("a quantity of at most 64 bits");
    }

    public BigInteger Quantity()
    {
        string? text = _element.ValueKind == JsonValueKind.String ? _element.GetString() : null;
        bool isQuantity = text is { Length: > 2 and <= 66 }
            && text.StartsWith("0x", StringComparison.Ordinal)
            && !text.AsSpan(2).ContainsAnyExcept(s_hexDigits);
        return isQuantity
            ? BigInteger.Parse("0" + text![2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) // isQuantity implies text
            : throw Bad("a quantity");
    }

    public Hash256 Hash() => Hash256.TryParse(Text(), out Hash256 hash) ? hash : throw Bad("32 bytes");

    public Address Address() => Chain.Address.TryParse(Text(), out Address address) ? address : throw Bad("20 bytes");

    public ImmutableArray<byte> Bytes() =>
        Text() is { } text && text.StartsWith("0x", StringComparison.Ordinal) && Hex.TryDecode(text, out byte[]? bytes)
            ? ImmutableArray.Create(bytes)
            : throw Bad("bytes");

    public double Number() => _element.ValueKind == JsonValueKind.Number && _element.TryGetDouble(out double number) ? number : throw Bad("a number");

    public ImmutableArray<T> Array<T>(Func<RpcReader, T> read)
    {
        if (_element.ValueKind != JsonValueKind.Array)
        {
            throw Bad("an array");
        }

        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(_element.GetArrayLength());
        foreach (JsonElement item in _element.EnumerateArray())
        {
            items.Add(read(new RpcReader(_method, item)));
        }

        return items.MoveToImmutable();
    }

    public RpcReader Field(string name)
    {
        RpcReader field = Optional(name);
        return field.IsNull ? throw Bad($"a field '{name}'") : field;
    }

    public RpcReader Optional(string name)
    {
        if (_element.ValueKind != JsonValueKind.Object)
        {
            throw Bad($"an object with a field '{name}'");
        }

        return new RpcReader($"{_method}.{name}", _element.TryGetProperty(name, out JsonElement field) ? field : default);
    }

    public Block Block()
    {
        RpcReader baseFee = Optional("baseFeePerGas");
        return new Block(
            Field("number").UInt64(),
            Field("hash").Hash(),
            Field("parentHash").Hash(),
            Field("timestamp").UInt64(),
            Field("gasLimit").UInt64(),
            Field("gasUsed").UInt64(),
            baseFee.IsNull ? BigInteger.Zero : baseFee.Quantity(),
            Field("transactions").Array(static transaction => transaction.Hash()));
    }

    public Log Log()
    {
        ImmutableArray<Hash256> topics = Field("topics").Array(static topic => topic.Hash());
        return new Log(
            Field("address").Address(),
            topics.Length <= MaxTopics ? topics : throw Bad($"at most {MaxTopics} topics"),
            Field("data").Bytes(),
            Field("blockNumber").UInt64(),
            Field("blockHash").Hash(),
            Field("transactionHash").Hash(),
            Field("transactionIndex").UInt64(),
            Field("logIndex").UInt64());
    }

    public TransactionReceipt Receipt()
    {
        RpcReader to = Optional("to");
        RpcReader created = Optional("contractAddress");
        RpcReader price = Optional("effectiveGasPrice");
        return new TransactionReceipt(
            Field("transactionHash").Hash(),
            Field("blockNumber").UInt64(),
            Field("blockHash").Hash(),
            Field("transactionIndex").UInt64(),
            Field("from").Address(),
            to.IsNull ? null : to.Address(),
            created.IsNull ? null : created.Address(),
            Field("gasUsed").UInt64(),
            price.IsNull ? BigInteger.Zero : price.Quantity(),
            Field("status").UInt64() == 1,
            Field("logs").Array(static log => log.Log()));
    }

    private string? Text() => _element.ValueKind == JsonValueKind.String ? _element.GetString() : null;

    private RpcException Bad(string expected)
    {
        string found = IsNull ? "nothing" : _element.GetRawText();
        return new RpcException(RpcFailure.BadResponse, $"{_method}: expected {expected}, found {(found.Length > 100 ? found[..100] + "…" : found)}");
    }
}
