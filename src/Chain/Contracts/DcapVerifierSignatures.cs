namespace Ait.Chain.Contracts;

/// <summary>What <see cref="DcapVerifierContract"/> asks for; compared with the checked-in ABI by a test.</summary>
internal static class DcapVerifierSignatures
{
    public const string Verify = "verify(bytes,bytes32,bytes)";
    public const string AcceptStatus = "acceptStatus(uint8,bool)";
    public const string IsStatusAccepted = "isStatusAccepted(uint8)";
    public const string Certificates = "certificates()";
    public const string Collateral = "collateral()";
}
