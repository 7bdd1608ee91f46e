namespace Ait.Chain.Contracts;

/// <summary>What the typed coordinator bond relies on; compared with the checked-in ABI by a test.</summary>
internal static class CoordinatorBondSignatures
{
    private const string Letter = "(uint256,uint32,bytes32,uint8,bytes32,uint64,uint64,bytes32[],bytes32,bytes32)";
    private const string Task = "(bytes32,uint32,uint16,uint8,uint64,uint64,address,bytes32)";
    private const string TermsTuple = "(uint256,uint256,uint256)";

    public const string Claim = $"claim({Letter})";
    public const string Reveal = $"reveal(uint256,{Task},bytes32,bytes32[])";
    public const string RevealEscalation = $"revealEscalation(uint256,{Task},bytes32,bytes32,bytes32[])";
    public const string ProveContradiction = $"proveContradiction({Letter},{Letter})";
    public const string ProveWrongSeat = $"proveWrongSeat({Letter},{Task},bytes32,bytes32[])";
    public const string SetTerms = $"setTerms({TermsTuple})";
    public const string Terms = "terms()";
    public const string SignerOf = $"signerOf({Letter})";
    public const string IsPaid = "isPaid(address,bytes32,uint8)";
    public const string IsRevealed = "isRevealed(bytes32)";
    public const string IsEscalationRevealed = "isEscalationRevealed(bytes32)";
    public const string RevealableUntil = "revealableUntil(uint256)";

    public const string LetterPaidEvent = "LetterPaid(bytes32,uint8,bytes32,address,address,uint256)";
    public const string SecretRevealedEvent = "SecretRevealed(bytes32,bytes32)";
    public const string EscalationSecretRevealedEvent = "EscalationSecretRevealed(bytes32,bytes32,bytes32)";
    public const string LetterFaultyEvent = "LetterFaulty(bytes32,uint8,address,uint256)";
    public const string TermsChangedEvent = $"TermsChanged({TermsTuple})";
}
