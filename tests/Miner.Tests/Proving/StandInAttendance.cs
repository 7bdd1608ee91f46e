using Ait.Chain;
using Ait.Miner.Evidencing;
using Ait.Miner.Proving;

namespace Ait.Miner.Tests.Proving;

/// <summary>A chain that shows what a test says and notes the proofs that are brought to it.</summary>
internal sealed class StandInAttendance : IAttendanceContracts
{
    public static readonly Address Registry = Address.Parse("0x00000000000000000000000000000000000000ad");

    public static readonly ChallengeBlock Block = new(77, Keccak256.Hash("block 77"u8));

    public AttendanceState State { get; set; } = AttendanceState.NotKept(DateTimeOffset.UnixEpoch);

    public ContractRefusal? Refusal { get; set; }

    public List<SignedLife> Proofs { get; } = [];

    public Task<AttendanceState> LookAtAttendanceAsync(Hash256 gpuId, CancellationToken cancellation) => Task.FromResult(State);

    public Task<ChallengeBlock> GetChallengeBlockAsync(CancellationToken cancellation) => Task.FromResult(Block);

    public Task<TransactionOutcome> ProveLifeAsync(SignedLife life, CancellationToken cancellation)
    {
        Proofs.Add(life);
        return Task.FromResult<TransactionOutcome>(Refusal is { } refusal ? new TransactionOutcome.Refused(refusal) : new TransactionOutcome.Mined(Hash256.Zero));
    }
}
