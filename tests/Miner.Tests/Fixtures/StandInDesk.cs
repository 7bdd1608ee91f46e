using Ait.Miner.Evidencing;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>A coordinator's judgement in the test's hands.</summary>
internal sealed class StandInDesk : IEnrolmentDesk
{
    /// <summary>Answers of the next presentations, in order; then it finds everything good.</summary>
    public Queue<ContractRefusal> Refusals { get; } = [];

    public List<BoundEvidence> Brought { get; } = [];

    public Task<ContractRefusal?> EnrolAsync(DeviceIdentity device, BoundEvidence evidence, CancellationToken cancellation)
    {
        Brought.Add(evidence);
        return Task.FromResult(Refusals.TryDequeue(out ContractRefusal? refusal) ? refusal : null);
    }
}
