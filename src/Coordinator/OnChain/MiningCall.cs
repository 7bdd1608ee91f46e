using System.Collections.Immutable;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Coordinator.OnChain;

/// <summary>What the coordinator can ask of the MiningRegistry.</summary>
internal abstract record MiningCall
{
    private MiningCall()
    {
    }

    internal sealed record CommitBatch(Hash256 Root, uint TaskCount, ulong ComputeUnits, ulong SubsidisedUnits, ulong LatestDeadline) : MiningCall;

    internal sealed record PinSeed(ulong BatchId) : MiningCall;

    /// <summary>Settlements ascend by index; the proof is one for all of them.</summary>
    internal sealed record Settle(ulong BatchId, ImmutableArray<TaskSettlement> Settlements, ImmutableArray<Hash256> Proof) : MiningCall;

    internal sealed record OpenWorkload(Hash256 WorkloadHash, ulong ComputeUnits) : MiningCall;
}

/// <summary>Everything needed to settle one task, but for the proof that it is in the batch.</summary>
internal sealed record TaskSettlement(
    MiningTask Task, Hash256 SeatSecret, Hash256 ResultHash, ImmutableArray<SeatClaim> Claims);

/// <summary>One seat's attestation as the contract takes it; claims ascend by seat.</summary>
internal sealed record SeatClaim(byte Seat, WorkAttestation Attestation);
