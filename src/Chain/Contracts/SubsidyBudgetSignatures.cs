namespace Ait.Chain.Contracts;

/// <summary>What the typed subsidy budget relies on; compared with the checked-in ABI by a test.</summary>
internal static class SubsidyBudgetSignatures
{
    public const string SetBootstrap = "setBootstrap(uint256,uint256)";
    public const string Available = "available()";
    public const string Charged = "charged()";
    public const string Released = "released()";
    public const string Unreleased = "unreleased()";
    public const string HalfLife = "halfLife()";

    public const string SubsidyChargedEvent = "SubsidyCharged(uint256,uint256,uint256)";
    public const string BootstrapChangedEvent = "BootstrapChanged(uint256,uint256,uint256)";
}
