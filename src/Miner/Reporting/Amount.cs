using System.Globalization;
using System.Numerics;

namespace Ait.Miner.Reporting;

/// <summary>What others say of amounts and hashes, for people to read.</summary>
internal static class Amount
{
    /// <summary>Decimal wei of another party; what is no number counts as nothing.</summary>
    public static BigInteger ReadWei(string? text) =>
        text is { Length: > 0 and <= 78 } && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger wei) ? wei : BigInteger.Zero;

    /// <summary>The first digits of a hash, enough to tell seats apart on a screen.</summary>
    public static string Short(string hash) => hash.Length > 12 ? hash[..10] + "…" : hash;
}
