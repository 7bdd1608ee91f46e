namespace Ait.Chain.Contracts;

/// <summary>What a task's seat secret is made of; revealed once the task has escalated.</summary>
/// <param name="AnswerCommitment">A salted hash.</param>
/// <param name="EscalationSecret">The secret behind seats 3 to 6.</param>
public sealed record SeatSecretOpening(Hash256 AnswerCommitment, Hash256 EscalationSecret)
{
    /// <summary>The secret behind seats 0 to 2: keccak256(abi.encode(answer commitment, escalation secret)).</summary>
    public Hash256 SeatSecret
    {
        get
        {
            Span<byte> words = stackalloc byte[2 * Hash256.Size];
            AnswerCommitment.CopyTo(words);
            EscalationSecret.CopyTo(words[Hash256.Size..]);
            return Keccak256.Hash(words);
        }
    }
}
