using System.Buffers.Binary;
using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>The bytes of hints: whether x of R is r + n, y of R, the highest place, the count of operations, operations, slopes.</summary>
internal static class HintWriter
{
    public static byte[] Write(PrimeCurve curve, SignatureClaim claim, HintProgram program, ReadOnlySpan<BigInteger> slopes)
    {
        int count = program.Operations.Count, at = curve.Size + 4;
        byte[] hints = new byte[at + (2 * count) + (curve.Size * slopes.Length)];
        hints[0] = claim.IsAboveOrder ? (byte)1 : (byte)0;
        Write(claim.Nonce.Y, hints.AsSpan(1, curve.Size));
        hints[at - 3] = (byte)program.Place;
        BinaryPrimitives.WriteUInt16BigEndian(hints.AsSpan(at - 2), (ushort)count);
        foreach (HintOperation operation in program.Operations)
        {
            BinaryPrimitives.WriteUInt16BigEndian(hints.AsSpan(at), operation.Encode());
            at += 2;
        }

        foreach (BigInteger slope in slopes)
        {
            Write(slope, hints.AsSpan(at, curve.Size));
            at += curve.Size;
        }

        return hints;
    }

    private static void Write(BigInteger value, Span<byte> destination)
    {
        int length = value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(destination[^length..], out _, isUnsigned: true, isBigEndian: true);
    }
}
