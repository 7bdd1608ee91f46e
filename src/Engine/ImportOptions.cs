namespace Ait.Engine;

/// <summary>How a checkpoint becomes an artifact.</summary>
public sealed record ImportOptions
{
    /// <summary>Whether the residual stream is rotated by Hadamard matrices, which spreads outliers. Default no.</summary>
    public bool Rotate { get; init; }

    /// <summary>Longest sequence, at most what the checkpoint says; 0 takes that. Default 0.</summary>
    public int MaxContext { get; init; }
}
