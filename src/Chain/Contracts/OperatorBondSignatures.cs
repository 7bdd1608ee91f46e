namespace Ait.Chain.Contracts;

/// <summary>What the typed operator bond relies on; compared with the checked-in ABI by a test.</summary>
internal static class OperatorBondSignatures
{
    private const string Claim = "(uint8,bytes32,bytes32,uint64,bytes32,bytes32)";
    private const string Task = "(bytes32,uint32,uint16,uint8,uint64,uint64,address,bytes32)";
    private const string Accusation = $"(uint256,{Task},bytes32[],bytes32,bytes32,{Claim},{Claim}[])";
    private const string TermsTuple = "(uint256,uint256,uint256,uint256,uint256)";

    public const string SlashCanary = $"slashCanary({Accusation},bytes32,bytes32)";
    public const string SlashEquivocation = $"slashEquivocation(uint256,uint32,bytes32,{Claim},{Claim})";
    public const string SlashDivergence = $"slashDivergence({Accusation})";
    public const string Slash = "slash(address,uint256,bytes32)";
    public const string SetTerms = $"setTerms({TermsTuple})";
    public const string Terms = "terms()";
    public const string ProbationUntil = "probationUntil(address)";
    public const string IsInGoodStanding = "isInGoodStanding(address)";
    public const string IsSlashed = "isSlashed(bytes32,bytes32)";

    public const string OperatorSlashedEvent = "OperatorSlashed(address,bytes32,bytes32,uint8,uint256,bytes32)";
    public const string TermsChangedEvent = $"TermsChanged({TermsTuple})";
}
