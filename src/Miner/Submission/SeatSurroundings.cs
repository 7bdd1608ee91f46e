using Ait.Chain;
using Ait.Miner.Execution;
using Ait.Miner.Keys;
using Ait.Miner.Reporting;
using Ait.Protocol;

namespace Ait.Miner.Submission;

/// <summary>What every seat of this process shares.</summary>
internal sealed record SeatSurroundings
{
    public required NetworkDomain Domain { get; init; }

    public required Hash256 GpuId { get; init; }

    public required Address OperatorAccount { get; init; }

    public required EnclaveKey Key { get; init; }

    public required CoordinatorClient Client { get; init; }

    public required SeatLooks Looks { get; init; }

    public required PatientCoordinator Patience { get; init; }

    public required LetterFile Letters { get; init; }

    public required ModelStore Models { get; init; }

    public required TrainingStore Training { get; init; }

    public required CheckpointExchange Checkpoints { get; init; }

    public required PayableDurations Durations { get; init; }

    public required WorkloadExecutor Executor { get; init; }

    public required SeatTiming Timing { get; init; }

    public required IReporter Reporter { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Told when the coordinator refuses the device: whoever keeps the registration looks into it.</summary>
    public required Action<CoordinatorRefusal> NotEligible { get; init; }
}
