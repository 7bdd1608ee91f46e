using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>One class challenge of one device.</summary>
/// <param name="GpuId">The device that is challenged.</param>
/// <param name="Slot">Its roster slot.</param>
/// <param name="Class">Its class.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Passes">Bit w: witness w said that the answer was right, in time.</param>
/// <param name="Failures">Bit w: witness w said that it was not.</param>
/// <param name="OpenedAt">Unix seconds.</param>
/// <param name="OpenedBlock">The block of the opening.</param>
/// <param name="RosterLength">Slots that the witnesses are drawn from.</param>
/// <param name="Seed">Hash of the seed block; zero until the witnesses are drawn.</param>
/// <param name="Witnesses">Their roster slots.</param>
/// <param name="Terms">As they were at the opening.</param>
public sealed record ChallengeRecord(
    Hash256 GpuId,
    uint Slot,
    byte Class,
    ChallengeVerdict Verdict,
    byte Passes,
    byte Failures,
    ulong OpenedAt,
    ulong OpenedBlock,
    uint RosterLength,
    Hash256 Seed,
    ImmutableArray<uint> Witnesses,
    ChallengeTermsRecord Terms)
{
    internal static ChallengeRecord FromAbi(AbiValue value) => new(
        value[0].AsHash256(),
        value[1].AsUInt32(),
        value[2].AsByte(),
        (ChallengeVerdict)value[3].AsByte(),
        value[4].AsByte(),
        value[5].AsByte(),
        value[6].AsUInt64(),
        value[7].AsUInt64(),
        value[8].AsUInt32(),
        value[9].AsHash256(),
        [.. value[10].Items.Take(value[11].AsByte()).Select(static slot => slot.AsUInt32())],
        ChallengeTermsRecord.FromAbi(value[12]));
}
