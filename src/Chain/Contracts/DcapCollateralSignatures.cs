namespace Ait.Chain.Contracts;

/// <summary>What <see cref="DcapCollateralContract"/> asks for; compared with the checked-in ABI by a test.</summary>
internal static class DcapCollateralSignatures
{
    public const string SubmitTcbInfo = "submitTcbInfo(bytes,bytes32,bytes32,bytes32)";
    public const string SubmitQeIdentity = "submitQeIdentity(bytes,bytes32,bytes32,bytes32)";
    public const string SetLeastEvaluationNumber = "setLeastEvaluationNumber(uint16)";
    public const string LeastEvaluationNumber = "leastEvaluationNumber()";
    public const string TcbInfoDates = "tcbInfoDates(uint8,bytes6)";
    public const string QeIdentityDates = "qeIdentityDates(uint8)";
}
