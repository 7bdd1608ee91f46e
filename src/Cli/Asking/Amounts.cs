using System.Globalization;
using System.Numerics;
using Ait.Chain;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Asking;

/// <summary>AIT between wei and what people write.</summary>
internal static class Amounts
{
    /// <summary>The exact decimal, without trailing zeros.</summary>
    internal static string Text(BigInteger wei) => TokenAmount.Text(wei);

    /// <summary>Reads a decimal amount of AIT, exactly; more than 18 decimals are refused.</summary>
    internal static BigInteger Parse(string text)
    {
        string[] parts = text.Split('.');
        bool sound = parts.Length is 1 or 2
            && parts[0].Length is > 0 and <= 30
            && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit))
            && (parts.Length == 1 || parts[1].Length <= 18);
        if (!sound)
        {
            throw new SurroundingsException($"AMOUNT wants AIT as a decimal number with at most 18 decimals, such as 1.5, found: '{text}'.");
        }

        string fraction = parts.Length == 2 ? parts[1] : "";
        return BigInteger.Parse(parts[0] + fraction.PadRight(18, '0'), CultureInfo.InvariantCulture);
    }
}
