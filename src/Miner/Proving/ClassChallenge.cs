using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Engine;

namespace Ait.Miner.Proving;

/// <summary>A class challenge as the chain showed it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Record">What the contract holds.</param>
/// <param name="Witnesses">The GPUs of the witnesses; none until they are drawn.</param>
/// <param name="SeenBlock">The block it was read at.</param>
/// <param name="SeenAt">That block's time.</param>
internal sealed record ClassChallenge(ulong Id, ChallengeRecord Record, ImmutableArray<Hash256> Witnesses, ulong SeenBlock, DateTimeOffset SeenAt)
{
    public Hash256 GpuId => Record.GpuId;

    public bool IsDrawn => Record.Seed != Hash256.Zero;

    public bool HasLapsed => SeenAt >= OpenedAt.AddSeconds(ChallengeRegistryContract.Life);

    public bool IsOpen => Record.Verdict == ChallengeVerdict.None && !HasLapsed;

    /// <summary>Whether the witnesses can be drawn, some blocks after they could first.</summary>
    public bool IsDrawable(ulong grace) => !IsDrawn && SeenBlock > Record.OpenedBlock + ChallengeRegistryContract.SeedDelay + grace;

    /// <summary>What is left of the time in which the device answers.</summary>
    public TimeSpan AnswerTimeLeft => OpenedAt.AddSeconds(ChallengeRegistryContract.AnswerWindow) - SeenAt;

    public ChallengeTerms Terms => new((int)Record.Terms.Tiles, Record.Terms.Width, Record.Terms.Rows, (int)Record.Terms.Steps);

    public TimeSpan Deadline => TimeSpan.FromMilliseconds(Record.Terms.DeadlineMillis);

    public bool HasSpoken(int witness) => ((Record.Passes | Record.Failures) >> witness & 1) != 0;

    private DateTimeOffset OpenedAt => DateTimeOffset.FromUnixTimeSeconds((long)Record.OpenedAt);
}
