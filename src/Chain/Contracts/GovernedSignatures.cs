namespace Ait.Chain.Contracts;

/// <summary>What the typed contracts share; compared with the checked-in ABI by a test.</summary>
internal static class GovernedSignatures
{
    public const string Governor = "governor()";
    public const string ProposedGovernor = "proposedGovernor()";
    public const string SetGovernor = "setGovernor(address)";
    public const string AcceptGovernor = "acceptGovernor()";
}
