using System.Globalization;
using System.Numerics;

namespace Ait.Adversaries;

/// <summary>Amounts of AIT for people.</summary>
internal static class Amount
{
    private static readonly BigInteger s_micro = BigInteger.Pow(10, 12);

    /// <summary>Wei in whole AIT, to the sixth decimal, rounded away from zero: a loss of a wei is seen as one.</summary>
    internal static string Text(BigInteger wei)
    {
        BigInteger micro = BigInteger.DivRem(wei, s_micro, out BigInteger rest) + rest.Sign;
        return ((decimal)micro / 1_000_000).ToString("0.0#####", CultureInfo.InvariantCulture);
    }
}
