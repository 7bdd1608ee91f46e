using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>
/// P-256 or P-384 (SEC 2 §2.4.2, §2.5.1): y² = x³ − 3x + b modulo p, cofactor 1, so that every point on the curve is a valid public key.
/// Checking that here costs a hundredth of importing a key.
/// </summary>
internal sealed class NistCurve
{
    private readonly BigInteger _p;
    private readonly BigInteger _b;

    private NistCurve(ECCurve name, int coordinateLength, string p, string b)
    {
        Name = name;
        CoordinateLength = coordinateLength;
        _p = BigInteger.Parse("0" + p, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _b = BigInteger.Parse("0" + b, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    internal static NistCurve P256 { get; } = new(
        ECCurve.NamedCurves.nistP256, 32,
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    internal static NistCurve P384 { get; } = new(
        ECCurve.NamedCurves.nistP384, 48,
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef");

    internal ECCurve Name { get; }

    internal int CoordinateLength { get; }

    /// <summary>Both coordinates big-endian, below p, and on the curve.</summary>
    internal bool Contains(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var abscissa = new BigInteger(x, isUnsigned: true, isBigEndian: true);
        var ordinate = new BigInteger(y, isUnsigned: true, isBigEndian: true);
        return abscissa < _p && ordinate < _p
            && (((abscissa * abscissa * abscissa) - (3 * abscissa) + _b - (ordinate * ordinate)) % _p).IsZero;
    }
}
