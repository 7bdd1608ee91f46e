namespace Ait.Chain.Rlp;

/// <summary>What a decoder accepts at most.</summary>
public sealed record RlpLimits
{
    /// <summary>16 MiB, 16 deep, 1,048,576 items.</summary>
    public static RlpLimits Default { get; } = new();

    /// <summary>Bytes of input; default 16 MiB.</summary>
    public int MaxBytes { get; init; } = 16 << 20;

    /// <summary>Lists inside lists; default 16.</summary>
    public int MaxDepth { get; init; } = 16;

    /// <summary>Items in all; default 1,048,576.</summary>
    public int MaxItems { get; init; } = 1 << 20;
}
