using Ait.Chain.Abi;
using Ait.Chain.Signing;

namespace Ait.Chain.Contracts;

/// <summary>What one witness of a class challenge says, as the challenge registry takes it.</summary>
/// <param name="Witness">The witness, from 0.</param>
/// <param name="Nonce">What it gave the device when its clock began.</param>
/// <param name="Answer">The last link that it received; zero if none came.</param>
/// <param name="IsCorrect">Whether the places that it drew were right.</param>
/// <param name="DurationMillis">From the nonce to the answer, by its clock.</param>
/// <param name="Signature">Of its enclave key; travels in the compact form of EIP-2098.</param>
public sealed record ClassStatementRecord(byte Witness, Hash256 Nonce, Hash256 Answer, bool IsCorrect, uint DurationMillis, Signature Signature)
{
    internal AbiValue ToAbi()
    {
        (Hash256 r, Hash256 vs) = Signature.ToCompactWords();
        return AbiValue.List((uint)Witness, Nonce, Answer, IsCorrect, DurationMillis, r, vs);
    }
}
