using System.Collections.Immutable;
using System.Numerics;
using Ait.Attestation.Devices;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Events;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Bench.Coordinator;

/// <summary>
/// A chain that answers at once, so that what is measured is the coordinator: it takes batches, pins seeds and draws as the contract
/// does. Settling is not measured: the first settlement waits for ever.
/// </summary>
internal sealed class BenchChain : IMiningChain
{
    private readonly ImmutableArray<Device> _devices;
    private readonly ImmutableArray<RosterSlot> _roster;
    private readonly Dictionary<Hash256, Device> _byGpu;
    private readonly List<OnChainBatch> _batches = [];
    private readonly Lock _gate = new();
    private ulong _block = 100;

    internal BenchChain(ImmutableArray<Device> devices)
    {
        _devices = devices;
        _roster = [.. devices.Select(device => device.ToRosterSlot())];
        _byGpu = devices.ToDictionary(device => device.GpuId);
    }

    public Task<ChainHead> ReadHeadAsync(CancellationToken cancellation) => Task.FromResult(new ChainHead(Interlocked.Increment(ref _block), Now()));

    public Task<OnChainBatch?> ReadBatchAsync(ulong batchId, CancellationToken cancellation) => Task.FromResult<OnChainBatch?>(Find(batchId));

    public Task<bool> IsSettledAsync(ulong batchId, uint index, CancellationToken cancellation) => Task.FromResult(false);

    public Task<ImmutableArray<int>?> ReadSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, CancellationToken cancellation)
    {
        OnChainBatch batch = Find(batchId);
        return Task.FromResult<ImmutableArray<int>?>(SeatDraw.Draw(
            seatSecret, batch.SeedBlockHash, BenchNetwork.Domain.TaskId(batchId, task.Index), task.Deadline, batch.CommitBlock, _roster));
    }

    public Task<OnChainEscalation> ReadEscalationAsync(Hash256 taskId, CancellationToken cancellation) => Task.FromResult(new OnChainEscalation(0, 0, default));

    public Task<ImmutableArray<int>> ReadEscalatedSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, Hash256 escalationSecret, CancellationToken cancellation) =>
        throw new NotSupportedException("No task escalates here.");

    public Task<ushort> ReadAuditShareAsync(CancellationToken cancellation) => Task.FromResult((ushort)0);

    public Task<ulong> ReadCreditAsync(Address account, Hash256 workloadHash, CancellationToken cancellation) => Task.FromResult(0UL);

    public Task<ulong> ReadQuoteAsync(Hash256 workloadHash, CancellationToken cancellation) => Task.FromResult(0UL);

    public Task<ImmutableArray<Device>> ReadRosterAsync(uint length, CancellationToken cancellation) => Task.FromResult(_devices);

    public Task<uint> ReadRosterLengthAsync(CancellationToken cancellation) => Task.FromResult((uint)_devices.Length);

    public Task<Device?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation) => Task.FromResult(_byGpu.GetValueOrDefault(gpuId));

    public Task<OnChainChallenge?> ReadChallengeAsync(ulong challengeId, CancellationToken cancellation) => Task.FromResult<OnChainChallenge?>(null);

    public Task<Hash256?> ReadBlockHashAsync(ulong number, CancellationToken cancellation) => Task.FromResult<Hash256?>(BlockHash(number));

    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation) => Task.FromResult(false);

    public Task<ImmutableArray<TrustProfile>> ReadProfilesAsync(DeviceClass deviceClass, CancellationToken cancellation) => Task.FromResult(ImmutableArray<TrustProfile>.Empty);

    public Task<GovernorSettings?> ReadGovernorAsync(CancellationToken cancellation) => Task.FromResult<GovernorSettings?>(null);

    public Task<ProposalPage> ReadProposalsAsync(LogCursor? cursor, CancellationToken cancellation) => Task.FromResult(new ProposalPage([], [], cursor, IsCaughtUp: true));

    public Task<Proposal> ReadProposalAsync(ProposalCreation creation, CancellationToken cancellation) => throw new NotSupportedException("Nobody proposes here.");

    public Task<PairReserves?> ReadPairAsync(Address pair, CancellationToken cancellation) => Task.FromResult<PairReserves?>(null);

    public Task<DurationBoundsRecord> ReadDurationBoundsAsync(WorkloadType workloadType, DeviceClass deviceClass, CancellationToken cancellation) =>
        Task.FromResult(new DurationBoundsRecord(1, 3_600_000, 600_000));

    public Task<AttendanceTermsRecord?> ReadAttendanceTermsAsync(CancellationToken cancellation) => Task.FromResult<AttendanceTermsRecord?>(null);

    public Task<byte[]?> ReadBundleAsync(ulong batchId, Hash256 taskId, CancellationToken cancellation) => Task.FromResult<byte[]?>(null);

    public Task<RegistryTotals> ReadTotalsAsync(CancellationToken cancellation) =>
        Task.FromResult(new RegistryTotals(BigInteger.One, BigInteger.One, BigInteger.Zero, BigInteger.Zero, BigInteger.Zero));

    /// <summary>More than any load here charges.</summary>
    public Task<SubsidyState> ReadSubsidyAsync(CancellationToken cancellation) =>
        Task.FromResult(new SubsidyState(BigInteger.Pow(10, 30), BigInteger.Zero, BigInteger.Pow(10, 30), BigInteger.Zero, BigInteger.Zero, 86_400));

    public Task<RegistryRules> ReadRulesAsync(CancellationToken cancellation) => Task.FromResult(new RegistryRules(BigInteger.One, 0, Address.Zero, Address.Zero, []));

    /// <summary>Nobody puts up a bond here.</summary>
    public Task<BigInteger?> ReadCoordinatorBondAsync(CancellationToken cancellation) => Task.FromResult<BigInteger?>(null);

    public Task<LetterTerms?> ReadLetterTermsAsync(CancellationToken cancellation) => Task.FromResult<LetterTerms?>(null);

    public Task<OperatorStanding?> ReadStandingAsync(Address account, CancellationToken cancellation) => Task.FromResult<OperatorStanding?>(null);

    public Task<bool> IsDisclosedAsync(Hash256 taskId, bool isBoth, CancellationToken cancellation) => Task.FromResult(false);

    public Task<bool> IsSlashedAsync(Hash256 taskId, Hash256 gpuId, CancellationToken cancellation) => Task.FromResult(false);

    public Task<ContractRefusal?> SimulateAsync(MiningCall call, CancellationToken cancellation) => Task.FromResult<ContractRefusal?>(null);

    public async Task<SubmitOutcome> SubmitAsync(string key, MiningCall call, CancellationToken cancellation)
    {
        ulong block = Interlocked.Add(ref _block, 3);
        switch (call)
        {
            case MiningCall.CommitBatch commit:
                OnChainBatch batch;
                lock (_gate)
                {
                    batch = new OnChainBatch((ulong)_batches.Count + 1, commit.Root, block, block + 2, BlockHash(block + 2), Now(), (uint)_devices.Length, BigInteger.One);
                    _batches.Add(batch);
                }

                return new SubmitOutcome.Mined(BlockHash(block), block, 0, [new MiningEvent.BatchCommitted(
                    new EventPosition(block, BlockHash(block), 0), batch.BatchId, batch.Root, batch.SeedBlock, batch.RosterLength, batch.MintRate)]);
            case MiningCall.Settle:
                await Task.Delay(Timeout.Infinite, cancellation);
                break;
        }

        return new SubmitOutcome.Mined(BlockHash(block), block, 0, []);
    }

    public Task<EventPage> ReadEventsAsync(byte[]? cursor, CancellationToken cancellation) => Task.FromResult(new EventPage([], [], [1], Volatile.Read(ref _block), true));

    private static ulong Now() => (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private static Hash256 BlockHash(ulong number) => Keccak256.Hash(BitConverter.GetBytes(number));

    private OnChainBatch Find(ulong batchId)
    {
        lock (_gate)
        {
            return _batches[(int)batchId - 1];
        }
    }
}
