using Ait.Chain;
using Ait.Protocol.Http;

namespace Ait.Miner.Proving;

/// <summary>
/// Who says what under which number. Device: 0 ready, 1 the answer or that it cannot, from 2 on the roots of the steps, then one opening
/// after the other. Witness: 0 the nonce, with which its clock begins, 1 the coins that the places are drawn from.
/// </summary>
internal static class ChallengeScript
{
    public const int Ready = 0;
    public const int Answer = 1;
    public const int Roots = 2;
    public const int Nonce = 0;
    public const int Coins = 1;

    /// <summary>Places that each witness has opened: whoever leaves a fifth of all out passes one with 2.8 %.</summary>
    public const int Places = 16;

    /// <summary>For every message but those that the witness's clock measures.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const byte Cannot = 0;
    private const byte Computed = 1;

    public static byte[] AnswerOf(ReadOnlySpan<byte> link) => [Computed, .. link];

    public static byte[] CannotAnswer() => [Cannot];

    /// <summary>The last link; null if the device says that it cannot, or says nothing that can be read.</summary>
    public static Hash256? ReadAnswer(ReadOnlySpan<byte> message) =>
        message.Length == 1 + Hash256.Size && message[0] == Computed ? new Hash256(message[1..]) : null;

    /// <summary>Hands in what may be longer than one message, from a number on.</summary>
    public static async Task<bool> PutAsync(
        IChallengeMail mail, ulong challengeId, Hash256 to, int number, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        for (int at = 0; at < content.Length; at += ChallengeMessageResponse.MaxLength, number++)
        {
            ReadOnlyMemory<byte> part = content.Slice(at, Math.Min(ChallengeMessageResponse.MaxLength, content.Length - at));
            if (!await mail.PutAsync(challengeId, to, number, part, Patience, cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Waits for so many bytes from a number on; null if they do not come, or others do.</summary>
    public static async Task<byte[]?> WaitAsync(IChallengeMail mail, ulong challengeId, Hash256 from, int number, int length, CancellationToken cancellation)
    {
        byte[] content = new byte[length];
        for (int at = 0; at < length; at += ChallengeMessageResponse.MaxLength, number++)
        {
            int expected = Math.Min(ChallengeMessageResponse.MaxLength, length - at);
            MailOutcome part = await mail.WaitAsync(challengeId, from, number, Patience, cancellation).ConfigureAwait(false);
            if (part.Content?.Length != expected)
            {
                return null;
            }

            part.Content.CopyTo(content, at);
        }

        return content;
    }
}
