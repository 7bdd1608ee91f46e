namespace Ait.Chain.Contracts;

/// <summary>What the typed challenge registry relies on; compared with the checked-in ABI by a test.</summary>
internal static class ChallengeRegistrySignatures
{
    private const string Terms = "(uint32,uint16,uint16,uint32,uint32)";

    public const string Open = "open(bytes32)";
    public const string Draw = "draw(uint256)";
    public const string Submit = "submit(uint256,(uint8,bytes32,bytes32,bool,uint32,bytes32,bytes32)[])";
    public const string SetTerms = $"setTerms(uint8,{Terms})";
    public const string Attach = "attach(address)";
    public const string Challenge = "challenge(uint256)";
    public const string ChallengeOf = "challengeOf(bytes32)";
    public const string ChallengeCount = "challengeCount()";
    public const string TermsOf = "termsOf(uint8)";
    public const string StatementDigest = "statementDigest(uint256,bytes32,bytes32,bytes32,bytes32,bool,uint32)";
}
