using System.Security.Cryptography;

using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Utilities;

using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Ait.Chain.Signing;

/// <summary>secp256k1 in managed code. Its big integers copy the key on the managed heap, so the native library is preferred.</summary>
internal sealed class ManagedSecp256k1 : ISecp256k1
{
    private static readonly X9ECParameters s_curve = SecNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger s_order = s_curve.N;
    private static readonly BigInteger s_halfOrder = s_curve.N.ShiftRight(1);
    private static readonly FixedPointCombMultiplier s_multiplier = new FixedPointCombMultiplier();

    public string Name => "managed";

    public bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64)
    {
        if (!TryReadScalar(privateKey, out BigInteger d))
        {
            return false;
        }

        Write(s_multiplier.Multiply(s_curve.G, d).Normalize(), publicKey64);
        return true;
    }

    public bool TrySign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> rs64, out byte yParity)
    {
        yParity = 0;
        if (!TryReadScalar(privateKey, out BigInteger d))
        {
            return false;
        }

        byte[] message = digest.ToArray();
        var z = new BigInteger(1, message);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(s_order, d, message);
        while (true)
        {
            BigInteger k = nonces.NextK();
            ECPoint point = s_multiplier.Multiply(s_curve.G, k).Normalize();
            BigInteger x = point.AffineXCoord.ToBigInteger();
            BigInteger s = k.ModInverse(s_order).Multiply(z.Add(d.Multiply(x))).Mod(s_order);

            // r ≥ n has no Ethereum encoding (probability 2^-127): take the next nonce, as for r = 0 and s = 0.
            if (x.SignValue == 0 || x.CompareTo(s_order) >= 0 || s.SignValue == 0)
            {
                continue;
            }

            bool odd = point.AffineYCoord.TestBitZero();
            if (s.CompareTo(s_halfOrder) > 0)
            {
                s = s_order.Subtract(s);
                odd = !odd;
            }

            yParity = odd ? (byte)1 : (byte)0;
            Write(x, rs64[..32]);
            Write(s, rs64[32..]);
            return true;
        }
    }

    public bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> rs64, byte yParity, Span<byte> publicKey64)
    {
        if (!TryReadScalar(rs64[..32], out BigInteger r) || !TryReadScalar(rs64[32..], out BigInteger s))
        {
            return false;
        }

        // y² = x³ + 7; x is no point's coordinate for half of all r.
        ECFieldElement x = s_curve.Curve.FromBigInteger(r);
        ECFieldElement? y = x.Square().Multiply(x).Add(s_curve.Curve.B).Sqrt();
        if (y is null)
        {
            return false;
        }

        y = y.TestBitZero() == (yParity == 1) ? y : y.Negate();
        ECPoint point = s_curve.Curve.CreatePoint(r, y.ToBigInteger());

        // SEC 1 §4.1.6: Q = r⁻¹ (s R − z G).
        BigInteger inverse = r.ModInverse(s_order);
        BigInteger u1 = new BigInteger(1, digest.ToArray()).Negate().Multiply(inverse).Mod(s_order);
        BigInteger u2 = s.Multiply(inverse).Mod(s_order);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(s_curve.G, u1, point, u2).Normalize();
        if (key.IsInfinity)
        {
            return false;
        }

        Write(key, publicKey64);
        return true;
    }

    private static bool TryReadScalar(ReadOnlySpan<byte> bytes, out BigInteger scalar)
    {
        byte[] copy = bytes.ToArray();
        scalar = new BigInteger(1, copy);
        CryptographicOperations.ZeroMemory(copy);
        return scalar.SignValue > 0 && scalar.CompareTo(s_order) < 0;
    }

    private static void Write(ECPoint point, Span<byte> publicKey64)
    {
        Write(point.AffineXCoord.ToBigInteger(), publicKey64[..32]);
        Write(point.AffineYCoord.ToBigInteger(), publicKey64[32..]);
    }

    private static void Write(BigInteger value, Span<byte> destination32) =>
        BigIntegers.AsUnsignedByteArray(32, value).CopyTo(destination32);
}
