namespace Ait.Chain.Abi;

/// <summary>What a decoder accepts at most.</summary>
public sealed record AbiLimits
{
    /// <summary>16 MiB and 1,048,576 values.</summary>
    public static AbiLimits Default { get; } = new();

    /// <summary>Bytes of input; default 16 MiB.</summary>
    public int MaxBytes { get; init; } = 16 << 20;

    /// <summary>Values made in all, nested ones counted; default 1,048,576.</summary>
    public int MaxValues { get; init; } = 1 << 20;
}
