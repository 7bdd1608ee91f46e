using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A reported absence of a device from a task.</summary>
/// <param name="BatchId">The task's batch.</param>
/// <param name="Index">The task's position there.</param>
/// <param name="Seat">The silent seat.</param>
/// <param name="Deadline">The task's deadline, unix seconds.</param>
/// <param name="ReportedAt">Unix seconds; 0 if nobody reported it.</param>
/// <param name="ReportedBlock">The block of the report.</param>
/// <param name="IsAnswered">Whether the device had an attestation for the task.</param>
public sealed record AbsenceRecord(ulong BatchId, uint Index, byte Seat, ulong Deadline, ulong ReportedAt, ulong ReportedBlock, bool IsAnswered)
{
    internal static AbsenceRecord FromAbi(AbiValue value) => new(
        value[0].AsUInt64(), value[1].AsUInt32(), value[2].AsByte(), value[3].AsUInt64(), value[4].AsUInt64(), value[5].AsUInt64(), value[6].AsBoolean());
}
