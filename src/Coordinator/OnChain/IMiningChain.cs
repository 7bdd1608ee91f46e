using System.Collections.Immutable;
using System.Numerics;
using Ait.Attestation.Devices;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Events;
using Ait.Protocol;

namespace Ait.Coordinator.OnChain;

/// <summary>The process boundary to the contracts: everything the coordinator reads from and writes to the chain.</summary>
/// <remarks>Every member throws <see cref="ChainUnavailableException"/> when the node cannot be reached or answers nonsense.</remarks>
internal interface IMiningChain
{
    /// <summary>The newest block.</summary>
    public Task<ChainHead> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>A committed batch, null if there is none with this id.</summary>
    public Task<OnChainBatch?> ReadBatchAsync(ulong batchId, CancellationToken cancellation);

    /// <summary>Whether a task has settled.</summary>
    public Task<bool> IsSettledAsync(ulong batchId, uint index, CancellationToken cancellation);

    /// <summary>The contract's own draw of a task's seats; null if it finds the roster too small.</summary>
    public Task<ImmutableArray<int>?> ReadSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, CancellationToken cancellation);

    /// <summary>Where a task's escalation stands; level 0 if there is none.</summary>
    public Task<OnChainEscalation> ReadEscalationAsync(Hash256 taskId, CancellationToken cancellation);

    /// <summary>The contract's own draw of all seats of a task that has escalated and whose second seed is pinned.</summary>
    public Task<ImmutableArray<int>> ReadEscalatedSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, Hash256 escalationSecret, CancellationToken cancellation);

    /// <summary>How many of 65,536 tasks settle only if a further seat agrees.</summary>
    public Task<ushort> ReadAuditShareAsync(CancellationToken cancellation);

    /// <summary>Unspent credit of an account on a workload that it does not move elsewhere, micro-CU.</summary>
    public Task<ulong> ReadCreditAsync(Address account, Hash256 workloadHash, CancellationToken cancellation);

    /// <summary>What a workload costs, micro-CU; zero if it is not open.</summary>
    public Task<ulong> ReadQuoteAsync(Hash256 workloadHash, CancellationToken cancellation);

    /// <summary>The first slots of the device roster, in order.</summary>
    public Task<ImmutableArray<Device>> ReadRosterAsync(uint length, CancellationToken cancellation);

    /// <summary>How many slots the roster has.</summary>
    public Task<uint> ReadRosterLengthAsync(CancellationToken cancellation);

    /// <summary>The device with this GPU, null if it is not registered.</summary>
    public Task<Device?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation);

    /// <summary>A class challenge, null if there is none of this number.</summary>
    public Task<OnChainChallenge?> ReadChallengeAsync(ulong challengeId, CancellationToken cancellation);

    /// <summary>The hash of a block, null if the chain does not reach it yet.</summary>
    public Task<Hash256?> ReadBlockHashAsync(ulong number, CancellationToken cancellation);

    /// <summary>Whether the registry admits a program by the hash of its measurement.</summary>
    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation);

    /// <summary>The trust profiles that the registry admits for a class, the strongest first.</summary>
    public Task<ImmutableArray<TrustProfile>> ReadProfilesAsync(DeviceClass deviceClass, CancellationToken cancellation);

    /// <summary>A settled task's proof in one file; null if the chain does not show it settled.</summary>
    public Task<byte[]?> ReadBundleAsync(ulong batchId, Hash256 taskId, CancellationToken cancellation);

    /// <summary>Rates and totals of the registry and the token.</summary>
    public Task<RegistryTotals> ReadTotalsAsync(CancellationToken cancellation);

    /// <summary>What work that nobody redeems for may still mint.</summary>
    public Task<SubsidyState> ReadSubsidyAsync(CancellationToken cancellation);

    /// <summary>What governance has set, and who governs.</summary>
    public Task<RegistryRules> ReadRulesAsync(CancellationToken cancellation);

    /// <summary>By which rules deposited AIT decides; null if the deployment has no AitGovernor.</summary>
    public Task<GovernorSettings?> ReadGovernorAsync(CancellationToken cancellation);

    /// <summary>The next proposals after a cursor of an earlier page, null for the beginning.</summary>
    /// <exception cref="DeepReorganisationException">The chain is not the one that the cursor followed.</exception>
    public Task<ProposalPage> ReadProposalsAsync(LogCursor? cursor, CancellationToken cancellation);

    /// <summary>Where a proposal stands.</summary>
    public Task<Proposal> ReadProposalAsync(ProposalCreation creation, CancellationToken cancellation);

    /// <summary>What a pair holds of AIT and of the other token; null if it is no pair of AIT.</summary>
    public Task<PairReserves?> ReadPairAsync(Address pair, CancellationToken cancellation);

    /// <summary>The registry's bounds on the durations of a workload type on a device class.</summary>
    public Task<DurationBoundsRecord> ReadDurationBoundsAsync(WorkloadType workloadType, DeviceClass deviceClass, CancellationToken cancellation);

    /// <summary>What the coordinator has put up as its bond, wei; null if the network has no coordinator bond.</summary>
    public Task<BigInteger?> ReadCoordinatorBondAsync(CancellationToken cancellation);

    /// <summary>What the coordinator's bond has for letters; null if the network has no coordinator bond.</summary>
    public Task<LetterTerms?> ReadLetterTermsAsync(CancellationToken cancellation);

    /// <summary>How an operator stands at the operator bond; null if the network has none.</summary>
    public Task<OperatorStanding?> ReadStandingAsync(Address account, CancellationToken cancellation);

    /// <summary>Whether a task's seat secret was shown at the coordinator bond, or both its secrets.</summary>
    public Task<bool> IsDisclosedAsync(Hash256 taskId, bool isBoth, CancellationToken cancellation);

    /// <summary>Whether a device was slashed at the operator bond for a task.</summary>
    public Task<bool> IsSlashedAsync(Hash256 taskId, Hash256 gpuId, CancellationToken cancellation);

    /// <summary>When silence suspends a device; null where nobody suspends silent devices.</summary>
    public Task<AttendanceTermsRecord?> ReadAttendanceTermsAsync(CancellationToken cancellation);

    /// <summary>Runs a call against the newest state without sending it; null if it would succeed.</summary>
    public Task<ContractRefusal?> SimulateAsync(MiningCall call, CancellationToken cancellation);

    /// <summary>
    /// Sends a call once for its key and waits for its receipt. The key is durable: the same key again, also after a kill,
    /// finishes or answers for the first transaction and never sends a second that could also succeed.
    /// </summary>
    public Task<SubmitOutcome> SubmitAsync(string key, MiningCall call, CancellationToken cancellation);

    /// <summary>The next events after a cursor of an earlier page, null for the beginning.</summary>
    public Task<EventPage> ReadEventsAsync(byte[]? cursor, CancellationToken cancellation);
}

/// <summary>The newest block.</summary>
internal sealed record ChainHead(ulong Number, ulong Timestamp);

/// <summary>A committed batch.</summary>
internal sealed record OnChainBatch(
    ulong BatchId, Hash256 Root, ulong CommitBlock, ulong SeedBlock, Hash256 SeedBlockHash, ulong SeedTime, uint RosterLength, BigInteger MintRate);

/// <summary>A task's escalation: seats it has, block whose hash seeds the further ones, that hash once it is pinned.</summary>
internal sealed record OnChainEscalation(int Level, ulong SeedBlock, Hash256 SeedBlockHash);

/// <summary>A class challenge: the device, its witnesses once they are drawn, and the unix time at which it is over without a verdict.</summary>
internal sealed record OnChainChallenge(Hash256 GpuId, ImmutableArray<Hash256> Witnesses, bool IsDecided, ulong LapsesAt);

/// <summary>Rates in wei per micro-CU and totals in wei.</summary>
internal sealed record RegistryTotals(BigInteger MintRate, BigInteger RedeemPrice, BigInteger Minted, BigInteger Burned, BigInteger Supply);

/// <summary>The subsidy budget in wei of AIT: what is left, what was charged, the bootstrap's two parts, what redeemed work earned; and the bootstrap's half-life.</summary>
internal sealed record SubsidyState(BigInteger Available, BigInteger Charged, BigInteger Released, BigInteger Unreleased, BigInteger Earned, ulong HalfLifeSeconds)
{
    /// <summary>Micro-CU of subsidised work that can be committed at a mint rate in wei per micro-CU: each is charged its first seats.</summary>
    internal ulong UnitsAt(BigInteger mintRate) => mintRate.IsZero ? ulong.MaxValue : (ulong)BigInteger.Min(ulong.MaxValue, Available / (SeatDraw.Seats * mintRate));
}

/// <summary>What the coordinator has put up and not asked back, what a letter costs it, in wei, and how long after a batch's deadline letters can be claimed.</summary>
internal sealed record LetterTerms(BigInteger Free, BigInteger LetterPay, TimeSpan ClaimWindow);

/// <summary>How an operator stands: whether it may be given new work, until when it is on probation in unix seconds, and the least bond in wei.</summary>
internal sealed record OperatorStanding(bool IsGood, ulong ProbationUntil, BigInteger LeastBond);

/// <summary>What governance has set: the lowest redeem price in wei per micro-CU, the share of audited tasks, the governor and its named successor, and each class.</summary>
internal sealed record RegistryRules(BigInteger LowestRedeemPrice, ushort AuditShare, Address Governor, Address ProposedGovernor, ImmutableArray<ClassRules> Classes);

/// <summary>A class's benchmark in CU per hour and its bounds on an inference's duration in milliseconds.</summary>
internal sealed record ClassRules(DeviceClass DeviceClass, uint ComputeUnitsPerHour, ulong LeastMillisPerUnit, ulong MostMillisPerUnit, ulong SlackMillis);

/// <summary>A page of proposals, oldest first; those that a reorganisation took back are gone before the others come.</summary>
internal sealed record ProposalPage(ImmutableArray<ProposalCreation> TakenBack, ImmutableArray<ProposalCreation> Created, LogCursor? Cursor, bool IsCaughtUp);

/// <summary>A device as the registry has it. Times are unix seconds; while it is suspended for absence, a proof of life ends that from <c>ResumableAt</c> on, else that is 0.</summary>
internal sealed record Device(
    int Slot,
    Hash256 GpuId,
    Hash256 HostChip,
    Address Operator,
    DeviceClass DeviceClass,
    ulong ValidUntil,
    ulong PreviousValidUntil,
    Address EnclaveKey,
    ulong RegisteredBlock,
    ulong RefreshedBlock,
    ulong RevokedBlock,
    ulong ResumableAt = 0)
{
    /// <summary>Whether it has not proven its class: then it is in no draw.</summary>
    internal bool IsUnproven => RefreshedBlock == DeviceRecord.Unproven;

    internal bool IsLive(ulong now) => RevokedBlock == 0 && ValidUntil > now;

    internal RosterSlot ToRosterSlot() => new(GpuId, HostChip, Operator, ValidUntil, PreviousValidUntil, RefreshedBlock, RevokedBlock);
}
