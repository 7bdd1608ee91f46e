using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Protocol.Sealing;

/// <summary>What everybody may see of a confidential prompt: who may release its key, how long it is at most, and its ciphertext.</summary>
public sealed class ConfidentialTerms
{
    /// <summary>Most tokens of a confidential prompt, and most new ones: an answer has to fit an HTTP body at its full length.</summary>
    public const int MaxTokens = 65_536;

    /// <summary>The least step of lengths, in tokens.</summary>
    public const int LeastStep = 64;

    // Everything of a workload but its prompt.
    private const int HeadSize = Workload.MaxEncodedSize - (4 * Workload.MaxTokens);

    /// <summary>Terms within the limits.</summary>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public ConfidentialTerms(Address holder, int promptTokens, ImmutableArray<byte> ciphertext)
    {
        if (FirstFault(holder, promptTokens, ciphertext) is ProtocolRefusal fault)
        {
            throw new ArgumentException(fault.ToString());
        }

        (Holder, PromptTokens, Ciphertext) = (holder, promptTokens, ciphertext);
    }

    /// <summary>The account of <see cref="ContentKey.CreateHolderKey"/>: who may see the seats and release the content key to them.</summary>
    public Address Holder { get; }

    /// <summary>Most tokens that the prompt may have, a whole step: what is priced.</summary>
    public int PromptTokens { get; }

    /// <summary>The plain workload, padded and encrypted: as long as <see cref="PromptTokens"/> says, whatever the prompt is.</summary>
    public ImmutableArray<byte> Ciphertext { get; }

    /// <summary>Up to the step: multiples of 64 tokens up to 512, of an eighth of the power of two below beyond that.</summary>
    public static int StepOf(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        int step = Math.Max(LeastStep, (1 << int.Log2(tokens)) / 8);
        return (tokens + step - 1) / step * step;
    }

    /// <summary>Length of the padded workload of a prompt of so many tokens.</summary>
    internal static int PaddedSize(int promptTokens) => Padding.LengthSize + HeadSize + (4 * promptTokens);

    internal static int CiphertextSize(int promptTokens) => PaddedSize(promptTokens) + SyntheticCipher.Overhead;

    internal static ProtocolRefusal? LengthFault(int promptTokens) => promptTokens is >= 1 and <= MaxTokens && StepOf(promptTokens) == promptTokens
        ? null
        : new ProtocolRefusal(ProtocolRefusalCode.OutOfRange, $"prompt tokens: a whole step up to {MaxTokens}", $"{promptTokens}");

    internal static ProtocolRefusal? FirstFault(Address holder, int promptTokens, ImmutableArray<byte> ciphertext) =>
        LengthFault(promptTokens) switch
        {
            ProtocolRefusal fault => fault,
            _ when holder == Address.Zero => new ProtocolRefusal(ProtocolRefusalCode.OutOfRange, "a holder", "the zero account"),
            _ when ciphertext.IsDefault || ciphertext.Length != CiphertextSize(promptTokens) =>
                new ProtocolRefusal(ProtocolRefusalCode.NotCanonical, $"a ciphertext of {CiphertextSize(promptTokens)} bytes", ciphertext.IsDefault ? "none" : $"{ciphertext.Length} bytes"),
            _ => null,
        };
}
