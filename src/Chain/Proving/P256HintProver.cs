using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>
/// Computes what makes a P-256 signature cheap to verify on a chain without precompile 0x100: the hints of
/// <c>IP256Verifier.verifyWithHints</c>.
/// </summary>
public static class P256HintProver
{
    /// <summary>Hints for a signature, or no bytes where there are none: then the contract verifies without.</summary>
    /// <remarks>Takes milliseconds. Everything it is given is public: nothing here is constant-time.</remarks>
    /// <param name="publicKey">x then y, 32 bytes each, big-endian.</param>
    /// <param name="digest">The 32 bytes of the SHA-256 digest.</param>
    /// <param name="signature">r then s, 32 bytes each, big-endian.</param>
    public static byte[] Prove(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        HintShape shape = HintShape.P256;
        if (!SignatureClaim.TryRead(shape.Curve, publicKey, digest, signature, out SignatureClaim? claim))
        {
            return [];
        }

        CurvePoint[][] tables = shape.Tables(claim.Key, claim.Nonce);

        // The contract's addition is of points of different x; another program will not meet equal or opposite ones.
        foreach (HintProgram program in HintProgram.Find(shape, claim.U1, claim.U2))
        {
            if (Runs(shape.Curve, tables, program))
            {
                return HintTrace.TrySlopes(shape.Curve, tables, null, out BigInteger[] slopes) ? HintWriter.Write(shape.Curve, claim, program, slopes) : [];
            }
        }

        return [];
    }

    private static bool Runs(PrimeCurve curve, CurvePoint[][] tables, HintProgram program)
    {
        CurveSum sum = CurveSum.Infinity(curve);
        for (int i = 0; i < program.Operations.Count - 1; i++)
        {
            HintOperation operation = program.Operations[i];
            for (int k = 0; k < operation.Doublings; k++)
            {
                sum = sum.Double();
            }

            CurvePoint entry = operation.EntryOf(curve, tables);
            if (sum.HasAbscissaOf(entry))
            {
                return false;
            }

            sum = sum.Add(entry);
        }

        return true;
    }
}
