using System.Security.Cryptography;
using Ait.Attestation.X509;

namespace Ait.Attestation.Tests;

/// <summary>The check of a point against the library that imports it: both say the same of sound points and of near misses.</summary>
public sealed class NistCurveTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    public void Contains_agreesWithImporting(int bits)
    {
        NistCurve curve = bits == 256 ? NistCurve.P256 : NistCurve.P384;
        for (int round = 0; round < 20; round++)
        {
            using var key = ECDsa.Create(curve.Name);
            ECPoint point = key.ExportParameters(false).Q;
            (byte[] x, byte[] y) = (point.X!, point.Y!); // exported with both
            Assert.True(curve.Contains(x, y));
            foreach ((byte[] Left, byte[] Right) miss in ((byte[], byte[])[])
                [(Bytes.Flip(x, round, 1), y), (x, Bytes.Flip(y, round, 1)), (y, x), (new byte[x.Length], y), (x, new byte[y.Length]), (Full(x.Length), y), (new byte[x.Length], new byte[x.Length])])
            {
                Assert.Equal(Imports(curve, miss.Left, miss.Right), curve.Contains(miss.Left, miss.Right));
            }
        }
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    public void Contains_refusesACoordinateWrittenAboveTheModulus(int bits)
    {
        // The curve has a point at x = 0 (b is a square), so x = p would be the same point under another name.
        NistCurve curve = bits == 256 ? NistCurve.P256 : NistCurve.P384;
        string y = bits == 256
            ? "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"
            : "3cf99ef04f51a5ea630ba3f9f960dd593a14c9be39fd2bd215d3b4b08aaaf86bbf927f2c46e52ab06fb742b8850e521e";
        string p = bits == 256
            ? "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
            : "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff";
        Assert.True(curve.Contains(new byte[bits / 8], Convert.FromHexString(y)));
        Assert.False(curve.Contains(Convert.FromHexString(p), Convert.FromHexString(y)));
    }

    private static byte[] Full(int length) => [.. Enumerable.Repeat((byte)0xFF, length)];

    private static bool Imports(NistCurve curve, byte[] x, byte[] y)
    {
        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = curve.Name, Q = new ECPoint { X = x, Y = y } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
