using System.Globalization;

namespace Ait.Chain.Rpc;

/// <summary>A block by number or by role; <c>default</c> is the latest.</summary>
public readonly record struct BlockTag
{
    private readonly string? _text;

    private BlockTag(string text) => _text = text;

    /// <summary>The head of the chain.</summary>
    public static BlockTag Latest => default;

    /// <summary>The head with the transactions that wait.</summary>
    public static BlockTag Pending { get; } = new("pending");

    /// <summary>The latest block that is unlikely to be reorganised.</summary>
    public static BlockTag Safe { get; } = new("safe");

    /// <summary>The latest block that is final.</summary>
    public static BlockTag Finalized { get; } = new("finalized");

    /// <summary>The first block.</summary>
    public static BlockTag Earliest { get; } = new("earliest");

    /// <summary>A block by number.</summary>
    public static BlockTag Number(ulong number) => new("0x" + number.ToString("x", CultureInfo.InvariantCulture));

    /// <summary>A block by number.</summary>
    public static implicit operator BlockTag(ulong number) => Number(number);

    /// <summary>As the node reads it.</summary>
    public override string ToString() => _text ?? "latest";
}
