using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Miner.Evidencing;
using Ait.Miner.Proving;

namespace Ait.Miner.Tests.Proving;

/// <summary>A chain that shows what a test says and notes what is sent to it.</summary>
internal sealed class StandInChallenges : IChallengeContracts
{
    public static readonly Address Registry = Address.Parse("0x00000000000000000000000000000000000000cc");

    public ProofState State { get; set; } = ProofState.NotDemanded(DateTimeOffset.UnixEpoch);

    public List<ClassChallenge> Open { get; } = [];

    public List<string> Sent { get; } = [];

    public TaskCompletionSource<ClassStatementRecord> Statement { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ProofState> LookAsync(Hash256 gpuId, CancellationToken cancellation) => Task.FromResult(State);

    public Task<IReadOnlyList<ClassChallenge>> ListOpenAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ClassChallenge>>([.. Open]);

    public Task<TransactionOutcome> OpenChallengeAsync(Hash256 gpuId, CancellationToken cancellation) => Note("open");

    public Task<TransactionOutcome> DrawWitnessesAsync(ulong challengeId, CancellationToken cancellation) => Note($"draw {challengeId}");

    public Task<TransactionOutcome> SubmitStatementAsync(ulong challengeId, ClassStatementRecord statement, CancellationToken cancellation)
    {
        Statement.TrySetResult(statement);
        return Note($"submit {challengeId}");
    }

    public Task<Address> GetChallengeRegistryAsync(CancellationToken cancellation) => Task.FromResult(Registry);

    private Task<TransactionOutcome> Note(string what)
    {
        Sent.Add(what);
        return Task.FromResult<TransactionOutcome>(new TransactionOutcome.Mined(Hash256.Zero));
    }
}
