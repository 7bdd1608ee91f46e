using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>A signature that verifies, and the numbers that show it: R = u1 G + u2 Q has the x that r stands for.</summary>
internal sealed class SignatureClaim
{
    private SignatureClaim()
    {
    }

    public required CurvePoint Key { get; init; }

    public required CurvePoint Nonce { get; init; }

    public required BigInteger U1 { get; init; }

    public required BigInteger U2 { get; init; }

    /// <summary>Whether the x of the nonce's point is r + n.</summary>
    public required bool IsAboveOrder { get; init; }

    /// <summary>Fails for what does not verify.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="publicKey">x then y, big-endian.</param>
    /// <param name="digest">As many bytes as a scalar has.</param>
    /// <param name="signature">r then s, big-endian.</param>
    /// <param name="claim">What hints are made from.</param>
    public static bool TryRead(
        PrimeCurve curve, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, [NotNullWhen(true)] out SignatureClaim? claim)
    {
        claim = null;
        int size = curve.Size;
        if (publicKey.Length != 2 * size || digest.Length != size || signature.Length != 2 * size)
        {
            return false;
        }

        CurvePoint key = new(Number(publicKey[..size]), Number(publicKey[size..]));
        BigInteger r = Number(signature[..size]), s = Number(signature[size..]);
        if (r.IsZero || r >= curve.N || s.IsZero || s >= curve.N || !curve.Contains(key))
        {
            return false;
        }

        BigInteger inverse = PrimeCurve.Inverse(s, curve.N);
        BigInteger u1 = Number(digest) * inverse % curve.N, u2 = r * inverse % curve.N;
        if (!TrySum(curve, u1, u2, key, out CurvePoint nonce) || PrimeCurve.Modulo(nonce.X, curve.N) != r)
        {
            return false;
        }

        claim = new SignatureClaim { Key = key, Nonce = nonce, U1 = u1, U2 = u2, IsAboveOrder = nonce.X != r };
        return true;
    }

    /// <summary>u1 G + u2 Q, unless it is infinity.</summary>
    private static bool TrySum(PrimeCurve curve, BigInteger u1, BigInteger u2, CurvePoint key, out CurvePoint point)
    {
        CurveSum both = CurveSum.From(curve, curve.G).Add(key);
        CurveSum sum = CurveSum.Infinity(curve);
        CurvePoint? joint = both.Z.IsZero ? null : curve.ToPoints([both])[0];
        for (int i = (8 * curve.Size) - 1; i >= 0; i--)
        {
            sum = sum.Double();
            bool first = !(u1 >> i).IsEven, second = !(u2 >> i).IsEven;
            if (first && second)
            {
                sum = joint is { } found ? sum.Add(found) : sum;
            }
            else if (first || second)
            {
                sum = sum.Add(first ? curve.G : key);
            }
        }

        point = sum.Z.IsZero ? default : curve.ToPoints([sum])[0];
        return !sum.Z.IsZero;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
