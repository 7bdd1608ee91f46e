using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What the chain knows of a GPU's attendance.</summary>
/// <param name="AliveAt">Unix seconds of its last proof of life; 0 if it gave none.</param>
/// <param name="ProvenBlock">The block whose hash that proof was made with.</param>
/// <param name="ResumableAt">Unix seconds from which a proof of life ends its suspension; 0 while it is not suspended for absence.</param>
/// <param name="ResumedAt">Unix seconds at which its last suspension ended; 0 if none did.</param>
/// <param name="Doublings">How often the cooldown of its last suspension was doubled.</param>
/// <param name="Absences">Reported since its last proof of life and not answered.</param>
public sealed record AttendanceRecord(ulong AliveAt, ulong ProvenBlock, ulong ResumableAt, ulong ResumedAt, byte Doublings, uint Absences)
{
    internal static AttendanceRecord FromAbi(AbiValue value) => new(
        value[0].AsUInt64(), value[1].AsUInt64(), value[2].AsUInt64(), value[3].AsUInt64(), value[4].AsByte(), value[5].AsUInt32());
}
