namespace Ait.Chain.Contracts;

/// <summary>What the typed attendance registry relies on; compared with the checked-in ABI by a test.</summary>
internal static class AttendanceRegistrySignatures
{
    private const string Task = "(bytes32,uint32,uint16,uint8,uint64,uint64,address,bytes32)";
    private const string ReportTuple = $"(uint256,{Task},bytes32,bytes32,bytes32,uint8,bytes32[])";
    private const string TermsTuple = "(uint8,uint32,uint32,uint32,uint32)";

    public const string Attach = "attach(address)";
    public const string Report = $"report({ReportTuple})";
    public const string ReportAll = $"reportAll({ReportTuple}[])";
    public const string Answer = "answer(bytes32,bytes32,bytes32,bytes32,uint64,bytes32,bytes32)";
    public const string Suspend = "suspend(bytes32,bytes32[])";
    public const string ProveLife = "proveLife(bytes32,uint64,bytes32,bytes32)";
    public const string SetTerms = $"setTerms({TermsTuple})";
    public const string Terms = "terms()";
    public const string Absence = "absence(bytes32,bytes32)";
    public const string Attendance = "attendance(bytes32)";
    public const string LifeDigest = "lifeDigest(bytes32,uint64,bytes32)";
    public const string Mining = "mining()";

    public const string AbsenceReportedEvent = "AbsenceReported(bytes32,bytes32,uint256,uint32,uint8,uint64)";
    public const string AbsenceAnsweredEvent = "AbsenceAnswered(bytes32,bytes32,bytes32)";
    public const string SilentDeviceSuspendedEvent = "SilentDeviceSuspended(bytes32,uint64)";
    public const string LifeProvenEvent = "LifeProven(bytes32,uint64)";
    public const string TermsChangedEvent = $"TermsChanged({TermsTuple})";
}
