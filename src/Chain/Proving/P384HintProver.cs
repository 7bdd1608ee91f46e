using System.Buffers.Binary;
using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>Computes what makes a P-384 signature cheap to verify on chain: the hints of <c>IP384Verifier.verifyWithHints</c>.</summary>
public static class P384HintProver
{
    /// <summary>Multiples of Q and of R in the contract's tables: 1, 3, .. 15.</summary>
    private const int Multiples = 8;

    /// <summary>What the contract's field elements are scaled by.</summary>
    private static readonly BigInteger s_scale = (BigInteger.One << 256) - 1;

    /// <summary>Hints for a signature, or no bytes where there are none: then the contract verifies without, and says why not.</summary>
    /// <remarks>Takes milliseconds. Everything it is given is public: nothing here is constant-time.</remarks>
    /// <param name="publicKey">x then y, 48 bytes each, big-endian.</param>
    /// <param name="digest">The 48 bytes of the SHA-384 digest.</param>
    /// <param name="signature">r then s, 48 bytes each, big-endian.</param>
    public static byte[] Prove(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != 2 * P384Curve.Size || digest.Length != P384Curve.Size || signature.Length != 2 * P384Curve.Size)
        {
            return [];
        }

        P384Point key = new(Number(publicKey[..P384Curve.Size]), Number(publicKey[P384Curve.Size..]));
        BigInteger r = Number(signature[..P384Curve.Size]), s = Number(signature[P384Curve.Size..]);
        if (r.IsZero || r >= P384Curve.N || s.IsZero || s >= P384Curve.N || !P384Curve.Contains(key))
        {
            return [];
        }

        BigInteger inverse = P384Curve.Inverse(s, P384Curve.N);
        BigInteger u1 = Number(digest) * inverse % P384Curve.N, u2 = r * inverse % P384Curve.N;
        if (!TrySum(u1, u2, key, out P384Point nonce) || P384Curve.Modulo(nonce.X, P384Curve.N) != r)
        {
            return [];
        }

        // A run that meets equal or opposite points has no slope there; another program will not meet them.
        foreach (P384Program program in P384Program.Find(u1, u2))
        {
            if (P384Trace.TrySlopes(program, Table(key), Table(nonce), out BigInteger[] slopes))
            {
                return Encode(program, nonce, nonce.X != r, slopes);
            }
        }

        return [];
    }

    private static byte[] Encode(P384Program program, P384Point nonce, bool isAboveOrder, BigInteger[] slopes)
    {
        int count = program.Operations.Count, at = 52;
        byte[] hints = new byte[at + (2 * count) + (P384Curve.Size * slopes.Length)];
        hints[0] = isAboveOrder ? (byte)1 : (byte)0;
        Write(nonce.Y, hints.AsSpan(1));
        hints[49] = (byte)program.Place;
        BinaryPrimitives.WriteUInt16BigEndian(hints.AsSpan(50), (ushort)count);
        foreach (P384Operation operation in program.Operations)
        {
            BinaryPrimitives.WriteUInt16BigEndian(hints.AsSpan(at), operation.Encode());
            at += 2;
        }

        foreach (BigInteger slope in slopes)
        {
            Write(slope * s_scale % P384Curve.P, hints.AsSpan(at));
            at += P384Curve.Size;
        }

        return hints;
    }

    /// <summary>u1 G + u2 Q, unless it is infinity.</summary>
    private static bool TrySum(BigInteger u1, BigInteger u2, P384Point key, out P384Point point)
    {
        P384Sum both = P384Sum.From(P384Curve.G).Add(key);
        P384Sum sum = P384Sum.Infinity;
        P384Point? joint = both.Z.IsZero ? null : P384Sum.ToPoints([both])[0];
        for (int i = (8 * P384Curve.Size) - 1; i >= 0; i--)
        {
            sum = sum.Double();
            bool first = !(u1 >> i).IsEven, second = !(u2 >> i).IsEven;
            if (first && second)
            {
                sum = joint is { } found ? sum.Add(found) : sum;
            }
            else if (first || second)
            {
                sum = sum.Add(first ? P384Curve.G : key);
            }
        }

        point = sum.Z.IsZero ? default : P384Sum.ToPoints([sum])[0];
        return !sum.Z.IsZero;
    }

    private static P384Point[] Table(P384Point point)
    {
        P384Point twice = P384Sum.ToPoints([P384Sum.From(point).Double()])[0];
        P384Sum[] sums = new P384Sum[Multiples];
        sums[0] = P384Sum.From(point);
        for (int i = 1; i < Multiples; i++)
        {
            sums[i] = sums[i - 1].Add(twice);
        }

        return P384Sum.ToPoints(sums);
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger value, Span<byte> destination)
    {
        int length = value.GetByteCount(isUnsigned: true);
        destination[..P384Curve.Size].Clear();
        value.TryWriteBytes(destination[(P384Curve.Size - length)..P384Curve.Size], out _, isUnsigned: true, isBigEndian: true);
    }
}
