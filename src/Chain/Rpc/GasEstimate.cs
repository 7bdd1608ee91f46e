namespace Ait.Chain.Rpc;

/// <summary>What an estimation came to.</summary>
public abstract record GasEstimate
{
    private GasEstimate()
    {
    }

    /// <summary>The call would succeed.</summary>
    /// <param name="Gas">Gas it needs.</param>
    public sealed record Estimated(ulong Gas) : GasEstimate;

    /// <summary>The call would revert.</summary>
    /// <param name="Call">How.</param>
    public sealed record Reverted(CallResult.Reverted Call) : GasEstimate;
}
