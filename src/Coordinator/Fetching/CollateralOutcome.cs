namespace Ait.Coordinator.Fetching;

/// <summary>What asking for collateral came to.</summary>
internal abstract record CollateralOutcome
{
    private CollateralOutcome()
    {
    }

    /// <summary>A verified piece that holds now.</summary>
    internal sealed record Found(CollateralItem Item) : CollateralOutcome;

    /// <summary>There is none.</summary>
    internal sealed record Missing(CollateralFailure Failure, string Problem, string Remedy) : CollateralOutcome;
}
