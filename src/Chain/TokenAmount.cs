using System.Globalization;
using System.Numerics;

namespace Ait.Chain;

/// <summary>Amounts of a currency or token with eighteen decimals, as people read them.</summary>
public static class TokenAmount
{
    private static readonly BigInteger s_weiPerToken = BigInteger.Pow(10, 18);

    /// <summary>Wei as the exact decimal, without trailing zeros: <c>0.1</c>, <c>-2</c>.</summary>
    public static string Text(BigInteger wei)
    {
        string sign = wei.Sign < 0 ? "-" : string.Empty;
        BigInteger whole = BigInteger.DivRem(BigInteger.Abs(wei), s_weiPerToken, out BigInteger rest);
        string fraction = rest.ToString("D18", CultureInfo.InvariantCulture).TrimEnd('0');
        string integer = whole.ToString(CultureInfo.InvariantCulture);
        return fraction.Length == 0 ? sign + integer : $"{sign}{integer}.{fraction}";
    }
}
