using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A task that was given more seats because the first ones did not agree.</summary>
/// <param name="Level">The seats it has now, 5 or 7; 0 if it has not escalated.</param>
/// <param name="SeedBlock">The block whose hash seeds seats 3 to 6.</param>
/// <param name="SeedTime">Unix seconds at which that hash was pinned; 0 before.</param>
/// <param name="SeedBlockHash">That hash; zero before.</param>
public sealed record EscalationRecord(byte Level, ulong SeedBlock, ulong SeedTime, Hash256 SeedBlockHash)
{
    internal static EscalationRecord FromAbi(AbiValue value) =>
        new(value[0].AsByte(), value[1].AsUInt64(), value[2].AsUInt64(), value[3].AsHash256());
}
