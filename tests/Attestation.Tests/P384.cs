using System.Globalization;
using System.Numerics;

namespace Ait.Attestation.Tests;

internal static class P384
{
    /// <summary>Order of the group (SEC 2, secp384r1).</summary>
    internal static BigInteger Order { get; } = BigInteger.Parse(
        "00ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        NumberStyles.HexNumber,
        CultureInfo.InvariantCulture);
}
