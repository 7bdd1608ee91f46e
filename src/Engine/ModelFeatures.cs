namespace Ait.Engine;

/// <summary>Parts that a decoder may have beyond the plain one. The numbers are part of the model descriptor: fixed, and never reused.</summary>
[Flags]
public enum ModelFeatures
{
    /// <summary>The plain decoder.</summary>
    None = 0,

    /// <summary>Queries, keys and values have a bias.</summary>
    AttentionBias = 1,

    /// <summary>The output of attention has a bias.</summary>
    OutputBias = 2,

    /// <summary>Gate, up and down have a bias.</summary>
    FeedForwardBias = 4,

    /// <summary>Every query head and key head is normed, with a gain, before it is rotated.</summary>
    QueryKeyNorm = 8,

    /// <summary>The logits are taken with the embedding's matrix.</summary>
    TiedOutput = 16,

    /// <summary>The last norm has a gain of its own, not folded into the matrix that follows.</summary>
    FinalGain = 32,
}
