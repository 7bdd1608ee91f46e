namespace Ait.Engine;

/// <summary>Which positions an embedding is taken from. The numbers are part of the request encoding: fixed, and never reused.</summary>
public enum EmbeddingPooling
{
    /// <summary>The last position.</summary>
    Last = 0,

    /// <summary>The mean of all positions.</summary>
    Mean = 1,
}
