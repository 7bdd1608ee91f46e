using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Coordinator.OnChain;

/// <summary>What the coordinator can ask of the contracts.</summary>
internal abstract record MiningCall
{
    private MiningCall()
    {
    }

    internal sealed record CommitBatch(Hash256 Root, uint TaskCount, ulong ComputeUnits, ulong SubsidisedUnits, ulong LatestDeadline) : MiningCall;

    internal sealed record PinSeed(ulong BatchId) : MiningCall;

    /// <summary>Settlements ascend by index; the proof is one for all of them.</summary>
    internal sealed record Settle(ulong BatchId, ImmutableArray<TaskSettlement> Settlements, ImmutableArray<Hash256> Proof) : MiningCall;

    /// <summary>Gives a task two more seats; the settlement's result is the one that most claims state.</summary>
    internal sealed record Escalate(ulong BatchId, TaskSettlement Settlement, ImmutableArray<Hash256> Proof) : MiningCall;

    internal sealed record PinEscalation(Hash256 TaskId) : MiningCall;

    /// <summary>Shows a task's seat secret at the coordinator bond; with the opening both its secrets.</summary>
    internal sealed record Disclose(ulong BatchId, MiningTask Task, Hash256 SeatSecret, SeatSecretOpening? Opening, ImmutableArray<Hash256> Proof) : MiningCall;

    /// <summary>Slashes at the operator bond the operator of a seat that failed a canary; witnesses ascend by seat.</summary>
    internal sealed record Accuse(
        ulong BatchId, MiningTask Task, ImmutableArray<Hash256> Proof, Hash256 EscalationSecret, CanaryAnswer Answer, SeatClaim Accused, ImmutableArray<SeatClaim> Witnesses) : MiningCall;

    internal sealed record OpenWorkload(Hash256 WorkloadHash, ulong ComputeUnits) : MiningCall;

    /// <summary>Says that devices are silent, all of it or nothing; asked of the AttendanceRegistry.</summary>
    internal sealed record ReportAbsences(ImmutableArray<AbsenceReportRecord> Reports) : MiningCall;

    /// <summary>Suspends a device for its absences from tasks, ascending; asked of the AttendanceRegistry.</summary>
    internal sealed record SuspendSilent(Hash256 GpuId, ImmutableArray<Hash256> TaskIds) : MiningCall;
}

/// <summary>Everything needed to settle one task, but for the proof that it is in the batch. The opening is null until the task has escalated.</summary>
internal sealed record TaskSettlement(
    MiningTask Task, Hash256 SeatSecret, SeatSecretOpening? Opening, Hash256 ResultHash, ImmutableArray<SeatClaim> Claims);

/// <summary>One seat's attestation as the contract takes it; claims ascend by seat.</summary>
internal sealed record SeatClaim(byte Seat, WorkAttestation Attestation);
