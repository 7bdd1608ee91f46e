using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>Computes what makes a P-384 signature cheap to verify on chain: the hints of <c>IP384Verifier.verifyWithHints</c>.</summary>
public static class P384HintProver
{
    /// <summary>What the contract's field elements are scaled by.</summary>
    private static readonly BigInteger s_scale = (BigInteger.One << 256) - 1;

    /// <summary>Hints for a signature, or no bytes where there are none: then the contract verifies without, and says why not.</summary>
    /// <remarks>Takes milliseconds. Everything it is given is public: nothing here is constant-time.</remarks>
    /// <param name="publicKey">x then y, 48 bytes each, big-endian.</param>
    /// <param name="digest">The 48 bytes of the SHA-384 digest.</param>
    /// <param name="signature">r then s, 48 bytes each, big-endian.</param>
    public static byte[] Prove(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        HintShape shape = HintShape.P384;
        if (!SignatureClaim.TryRead(shape.Curve, publicKey, digest, signature, out SignatureClaim? claim))
        {
            return [];
        }

        CurvePoint[][] tables = shape.Tables(claim.Key, claim.Nonce);

        // A run that meets equal or opposite points has no slope there; another program will not meet them.
        foreach (HintProgram program in HintProgram.Find(shape, claim.U1, claim.U2))
        {
            if (HintTrace.TrySlopes(shape.Curve, tables, program, out BigInteger[] slopes))
            {
                for (int i = 0; i < slopes.Length; i++)
                {
                    slopes[i] = slopes[i] * s_scale % shape.Curve.P;
                }

                return HintWriter.Write(shape.Curve, claim, program, slopes);
            }
        }

        return [];
    }
}
