using System.Globalization;
using System.Numerics;

namespace Ait.Miner.Reporting;

/// <summary>Amounts as people read them.</summary>
internal static class Amount
{
    private static readonly BigInteger s_weiPerToken = BigInteger.Pow(10, 18);

    /// <summary>Wei as tokens with up to eighteen decimals, as <c>0.1</c>.</summary>
    public static string OfWei(BigInteger wei)
    {
        BigInteger whole = BigInteger.DivRem(wei, s_weiPerToken, out BigInteger rest);
        string fraction = rest.ToString("D18", CultureInfo.InvariantCulture).TrimEnd('0');
        return whole.ToString(CultureInfo.InvariantCulture) + (fraction.Length == 0 ? string.Empty : "." + fraction);
    }

    /// <summary>Decimal wei of another party; what is no number counts as nothing.</summary>
    public static BigInteger ReadWei(string? text) =>
        text is { Length: > 0 and <= 78 } && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger wei) ? wei : BigInteger.Zero;

    /// <summary>The first digits of a hash, enough to tell seats apart on a screen.</summary>
    public static string Short(string hash) => hash.Length > 12 ? hash[..10] + "…" : hash;
}
