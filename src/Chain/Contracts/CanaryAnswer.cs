namespace Ait.Chain.Contracts;

/// <summary>The known answer to a canary, and what hides it until it is needed.</summary>
/// <param name="Result">The result that honest seats hand in.</param>
/// <param name="Salt">A secret that was never used.</param>
public sealed record CanaryAnswer(Hash256 Result, Hash256 Salt)
{
    /// <summary>What a canary is committed with: keccak256(abi.encode(result, salt)). Other tasks have random bytes there.</summary>
    public Hash256 Commitment
    {
        get
        {
            Span<byte> words = stackalloc byte[2 * Hash256.Size];
            Result.CopyTo(words);
            Salt.CopyTo(words[Hash256.Size..]);
            return Keccak256.Hash(words);
        }
    }
}
