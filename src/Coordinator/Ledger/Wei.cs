using System.Globalization;
using System.Numerics;

namespace Ait.Coordinator.Ledger;

/// <summary>Amounts of AIT in wei as decimal text, the form of the ledger and the wire.</summary>
internal static class Wei
{
    internal static string Text(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);

    internal static BigInteger Parse(string? text) => text is null ? BigInteger.Zero : BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
