using System.Collections.Immutable;

namespace Ait.Engine;

/// <summary>
/// What one generation yielded: tokens, the reason it ended, and a digest chain over the logits of every step, so that
/// no other model can yield the same transcript. A refused or faulted generation has a transcript as well, equal on
/// every processor. Made by <see cref="Generator"/>; <see cref="TryParse"/> reads a claim.
/// </summary>
public sealed partial class Transcript : IEquatable<Transcript>
{
    private readonly byte[] _encoded;

    internal Transcript(
        Digest modelDigest,
        Digest requestDigest,
        FinishReason finishReason,
        EngineRefusalCode refusalCode,
        ReadOnlySpan<int> tokens,
        Digest logitsDigest)
    {
        ModelDigest = modelDigest;
        RequestDigest = requestDigest;
        FinishReason = finishReason;
        RefusalCode = refusalCode;
        Tokens = [.. tokens];
        LogitsDigest = logitsDigest;
        _encoded = Encode();
        ResultHash = Digest.Of(_encoded);
    }

    /// <summary>The digest of the model descriptor.</summary>
    public Digest ModelDigest { get; }

    /// <summary>The digest of the request.</summary>
    public Digest RequestDigest { get; }

    /// <summary>Why the generation ended.</summary>
    public FinishReason FinishReason { get; }

    /// <summary>The reason of a refusal or fault; <see cref="EngineRefusalCode.None"/> otherwise.</summary>
    public EngineRefusalCode RefusalCode { get; }

    /// <summary>The generated tokens, without the prompt; a stop token is the last of them.</summary>
    public ImmutableArray<int> Tokens { get; }

    /// <summary>The end of the digest chain over the logits of every generated token.</summary>
    public Digest LogitsDigest { get; }

    /// <summary>SHA-256 of the canonical encoding: the result that independent executions compare.</summary>
    public Digest ResultHash { get; }

    /// <summary>Whether the generation ended as asked, by a stop token or by its length.</summary>
    public bool IsComplete => FinishReason is FinishReason.Stop or FinishReason.Length;

    /// <inheritdoc/>
    public bool Equals(Transcript? other) => other is not null && ResultHash == other.ResultHash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Transcript);

    /// <inheritdoc/>
    public override int GetHashCode() => ResultHash.GetHashCode();
}
