namespace Ait.Chain.Contracts;

/// <summary>What <see cref="DcapCertificatesContract"/> asks for; compared with the checked-in ABI by a test.</summary>
internal static class DcapCertificatesSignatures
{
    public const string PinRoot = "pinRoot(bytes)";
    public const string UnpinRoot = "unpinRoot(bytes)";
    public const string SubmitRoot = "submitRoot(bytes)";
    public const string SubmitAuthority = "submitAuthority(bytes,bytes32)";
    public const string SubmitPck = "submitPck(bytes,bytes32)";
    public const string SubmitRevocationList = "submitRevocationList(bytes,bytes32)";
    public const string IsPinned = "isPinned(bytes)";
    public const string IdOf = "idOf(bytes,bytes32)";
    public const string PckOf = "pckOf(bytes32)";
    public const string IsTrusted = "isTrusted(bytes32)";
    public const string IsRevoked = "isRevoked(bytes32,uint256)";
    public const string RevocationListOf = "revocationListOf(bytes32)";
}
