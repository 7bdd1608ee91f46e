using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>The allowed duration of a task of CU compute units: from CU × least to slack + CU × most, in milliseconds.</summary>
/// <param name="MinMillisPerCu">The least per CU.</param>
/// <param name="MaxMillisPerCu">The most per CU.</param>
/// <param name="SlackMillis">Added to the most.</param>
public sealed record DurationBoundsRecord(ulong MinMillisPerCu, ulong MaxMillisPerCu, ulong SlackMillis)
{
    internal static DurationBoundsRecord FromAbi(AbiValue value) => new(value[0].AsUInt64(), value[1].AsUInt64(), value[2].AsUInt64());

    internal AbiValue ToAbi() => AbiValue.List(MinMillisPerCu, MaxMillisPerCu, SlackMillis);
}
