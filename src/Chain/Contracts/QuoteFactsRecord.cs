using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What a quote says that the contracts find genuine.</summary>
/// <param name="ChipId">keccak256 of the PPID.</param>
/// <param name="Measurement">keccak256 of MRTD to RTMR3, or of MRENCLAVE to ISVFAMILYID.</param>
/// <param name="ReportDataHead">First half of REPORTDATA.</param>
/// <param name="ReportDataTail">Second half of REPORTDATA.</param>
/// <param name="ReportId">keccak256 of the signed bytes.</param>
/// <param name="Pck">The PCK certificate.</param>
/// <param name="ValidUntil">When the first certificate, list or collateral ends, in Unix seconds.</param>
/// <param name="EvaluationNumber">The lower tcbEvaluationDataNumber of TCB info and QE identity.</param>
/// <param name="Tee">0 SGX, 0x81 TDX.</param>
/// <param name="Status">Intel's word for the patch level: 1 UpToDate, and on as the interface lists them.</param>
public sealed record QuoteFactsRecord(
    Hash256 ChipId,
    Hash256 Measurement,
    Hash256 ReportDataHead,
    Hash256 ReportDataTail,
    Hash256 ReportId,
    Hash256 Pck,
    ulong ValidUntil,
    uint EvaluationNumber,
    byte Tee,
    byte Status)
{
    internal static QuoteFactsRecord FromAbi(AbiValue value) => new(
        value[0].AsHash256(),
        value[1].AsHash256(),
        value[2].AsHash256(),
        value[3].AsHash256(),
        value[4].AsHash256(),
        value[5].AsHash256(),
        value[6].AsUInt64(),
        value[7].AsUInt32(),
        value[8].AsByte(),
        value[9].AsByte());
}
