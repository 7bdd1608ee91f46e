namespace Ait.Protocol;

/// <summary>Which positions of a prompt an embedding is the mean of. The numbers are encoded and never reused.</summary>
public enum EmbeddingPooling : byte
{
    /// <summary>The last position alone.</summary>
    Last = 0,

    /// <summary>All positions.</summary>
    Mean = 1,
}
