using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Ait.Chain.Abi;

/// <content>Printing for people.</content>
public sealed partial class AbiValue
{
    /// <summary>Numbers in decimal, addresses with checksum, bytes in hexadecimal, text in quotes, lists in brackets.</summary>
    public override string ToString() => _content switch
    {
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        byte[] bytes => Hex.Encode(bytes),
        // JSON quoting keeps control characters of a stranger's text out of a terminal.
        string text => JsonSerializer.Serialize(text),
        ImmutableArray<AbiValue> items => $"[{string.Join(", ", items)}]",
        _ => _content.ToString() ?? string.Empty,
    };
}
