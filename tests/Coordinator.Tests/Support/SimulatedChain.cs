using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using Ait.Attestation.Devices;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Events;
using Ait.Chain.Signing;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Tests.Support;

/// <summary>
/// A chain in memory that enforces the MiningRegistry's rules and outlives the coordinator. Every submission is one block; a mint of a
/// task that was minted before fails the test at once.
/// </summary>
internal sealed class SimulatedChain : IMiningChain
{
    internal const ulong MintRate = 100_000_000_000;
    internal const ulong GasOfACall = 300_000;
    internal const ulong RedeemPrice = 1_000_000_000_000;
    private const ulong ExtensionInterval = 12 * 3600;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly NetworkDomain _domain;
    private readonly List<Device> _devices = [];
    private readonly List<BatchState> _batches = [];
    private readonly Dictionary<Hash256, BigInteger> _minted = [];
    private readonly Dictionary<(Address, Hash256), ulong> _credit = [];
    private readonly Dictionary<(Address, Hash256), ulong> _leaving = [];
    private readonly Dictionary<Hash256, ulong> _quotes = [];
    private readonly Dictionary<Hash256, OnChainEscalation> _escalations = [];
    private readonly HashSet<(Hash256 TaskId, bool IsBoth)> _disclosed = [];
    private readonly Dictionary<Hash256, ulong> _busyUntil = [];
    private readonly Dictionary<(Hash256 TaskId, Hash256 GpuId), (ulong Deadline, ulong ReportedAt)> _absences = [];
    private readonly Dictionary<Hash256, ulong> _aliveAt = [];
    private readonly Dictionary<string, SubmitOutcome> _byKey = [];
    private readonly List<(bool Removed, MiningEvent Event)> _changes = [];
    private BigInteger _burned;
    private ulong _block = 100;
    private uint _logs;

    internal SimulatedChain(NetworkDomain domain, TimeProvider clock)
    {
        _domain = domain;
        _clock = clock;
    }

    /// <summary>Called around every submission; crash tests stop the world there.</summary>
    internal Action<string>? Boundary { get; set; }

    /// <summary>While set, the node cannot be reached.</summary>
    internal bool Unreachable { get; set; }

    /// <summary>Submissions that were new to the chain, by kind.</summary>
    internal List<MiningCall> Sent { get; } = [];

    /// <summary>Hashes of the programs that may register.</summary>
    internal HashSet<Hash256> Programs { get; } = [];

    /// <summary>Class challenges by number.</summary>
    internal Dictionary<ulong, OnChainChallenge> Challenges { get; } = [];

    public Task<OnChainChallenge?> ReadChallengeAsync(ulong challengeId, CancellationToken cancellation) => Task.FromResult(Challenges.GetValueOrDefault(challengeId));

    public Task<Hash256?> ReadBlockHashAsync(ulong number, CancellationToken cancellation) =>
        Task.FromResult<Hash256?>(number <= _block ? Keccak256.Hash(BitConverter.GetBytes(number)) : null);

    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation) => Task.FromResult(Programs.Contains(measurementHash));

    /// <summary>Whether an H100 may register without evidence of its own.</summary>
    internal bool AdmitsMeasuredH100 { get; set; }

    public Task<ImmutableArray<TrustProfile>> ReadProfilesAsync(DeviceClass deviceClass, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<TrustProfile>>(deviceClass != DeviceClass.H100 ? [TrustProfile.MeasuredHost, TrustProfile.SgxKeyedHost]
            : AdmitsMeasuredH100 ? [TrustProfile.AttestedGpu, TrustProfile.MeasuredHost] : [TrustProfile.AttestedGpu]);

    /// <summary>Of every workload type and class.</summary>
    internal DurationBoundsRecord Bounds { get; set; } = new(0, 0, 600_000);

    internal BigInteger TotalMinted => _minted.Values.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);

    internal int SettledTasks => _minted.Count;

    internal bool IsMinted(Hash256 taskId) => _minted.ContainsKey(taskId);

    internal BigInteger MintedFor(Hash256 taskId) => _minted.GetValueOrDefault(taskId);

    internal void Mine(int blocks = 1) => _block += (ulong)blocks;

    internal Device Register(Address operatorAccount, Hash256 hostChip, Hash256 gpuId, Address enclaveKey, ulong validFor = 86_400)
    {
        lock (_gate)
        {
            _block++;
            ulong now = Now();
            var device = new Device(_devices.Count, gpuId, hostChip, operatorAccount, DeviceClass.H100, now + validFor, 0, enclaveKey, _block, _block, 0);
            _devices.Add(device);
            Emit(new MiningEvent.DeviceChanged(Position(), gpuId));
            return device;
        }
    }

    internal void Change(Hash256 gpuId, Func<Device, Device> change)
    {
        lock (_gate)
        {
            _block++;
            int slot = _devices.FindIndex(device => device.GpuId == gpuId);
            _devices[slot] = change(_devices[slot]);
            Emit(new MiningEvent.DeviceChanged(Position(), gpuId));
        }
    }

    internal MiningEvent.Redeemed Redeem(Address account, Hash256 workloadHash, ulong units)
    {
        lock (_gate)
        {
            _block++;
            Assert.True(_quotes.ContainsKey(workloadHash), "WorkloadNotOpen");
            _credit[(account, workloadHash)] = _credit.GetValueOrDefault((account, workloadHash)) + units;
            _burned += (BigInteger)units * RedeemPrice;
            var redeemed = new MiningEvent.Redeemed(Position(), account, workloadHash, (BigInteger)units * RedeemPrice, units);
            Emit(redeemed);
            return redeemed;
        }
    }

    /// <summary>The account asks to move credit of a workload; zero if it no longer does.</summary>
    internal void RequestMove(Address account, Hash256 from, ulong units)
    {
        lock (_gate)
        {
            _block++;
            _leaving[(account, from)] = units;
            Emit(new MiningEvent.CreditLeaving(Position(), account, from));
        }
    }

    /// <summary>Credit that was to leave is moved.</summary>
    internal void CompleteMove(Address account, Hash256 from, Hash256 to)
    {
        lock (_gate)
        {
            _block++;
            Assert.True(_leaving.Remove((account, from), out ulong units));
            units = Math.Min(units, _credit[(account, from)]);
            _credit[(account, from)] -= units;
            _credit[(account, to)] = _credit.GetValueOrDefault((account, to)) + units;
            Emit(new MiningEvent.CreditMoved(Position(), account, from, to, units));
        }
    }

    /// <summary>A reorganisation takes the redemption back.</summary>
    internal void TakeBack(MiningEvent.Redeemed redeemed)
    {
        lock (_gate)
        {
            _credit[(redeemed.Account, redeemed.WorkloadHash)] -= redeemed.ComputeUnits;
            _changes.Add((true, redeemed));
        }
    }

    /// <summary>A reorganisation takes a settlement back: its task is not minted, its transaction is gone.</summary>
    internal void TakeBackSettlement(Hash256 taskId)
    {
        lock (_gate)
        {
            Assert.True(_minted.Remove(taskId));
            foreach ((_, MiningEvent found) in _changes.Where(change => change.Event switch
            {
                MiningEvent.TaskSettled settled => settled.TaskId == taskId,
                MiningEvent.SeatPaid paid => paid.TaskId == taskId,
                MiningEvent.SeatUnpaid unpaid => unpaid.TaskId == taskId,
                _ => false,
            }).Reverse().ToList())
            {
                _changes.Add((true, found));
            }
        }
    }

    /// <summary>A reorganisation takes the newest batch back, and with it everything the chain knew of it; its id is free again.</summary>
    /// <param name="tells">Whether the node still says so: one that was away meanwhile does not.</param>
    internal void TakeBackBatch(bool tells)
    {
        lock (_gate)
        {
            ulong batchId = (ulong)_batches.Count;
            _batches.RemoveAt(_batches.Count - 1);
            Forget(batchId, change => change is MiningEvent.BatchCommitted committed && committed.BatchId == batchId, tells);
        }
    }

    /// <summary>A reorganisation takes the seed of a batch back; the block may be another one now.</summary>
    internal void TakeBackSeed(ulong batchId, bool replaces)
    {
        lock (_gate)
        {
            BatchState batch = Find(batchId)!;
            batch.OnChain = batch.OnChain with { SeedBlockHash = Hash256.Zero, SeedTime = 0 };
            batch.Fork += replaces ? 1000ul : 0;
            Forget(batchId, _ => false, tells: true);
        }
    }

    /// <summary>A reorganisation takes the seed of an escalation back, or all of it; its block may be another one now.</summary>
    internal void TakeBackEscalation(Hash256 taskId, bool replaces)
    {
        lock (_gate)
        {
            _byKey.Clear();
            if (replaces)
            {
                Assert.True(_escalations.Remove(taskId));
            }
            else
            {
                _escalations[taskId] = _escalations[taskId] with { SeedBlockHash = Hash256.Zero };
            }

            _changes.AddRange(_changes.Select(change => change.Event).OfType<MiningEvent.Escalated>().Where(found => found.TaskId == taskId).Take(1).Select(found => (true, (MiningEvent)found)).ToList());
        }
    }

    private void Forget(ulong batchId, Func<MiningEvent, bool> also, bool tells)
    {
        _byKey.Clear(); // Receipts are gone with their blocks.
        List<MiningEvent> removed = [.. _changes.Select(change => change.Event).Where(found => also(found) || (found is MiningEvent.SeedPinned pinned && pinned.BatchId == batchId)).Reverse()];
        _changes.AddRange(removed.Where(_ => tells).Select(found => (true, found)));
    }

    public Task<ChainHead> ReadHeadAsync(CancellationToken cancellation) => Answer(() => new ChainHead(_block, Now()));

    public Task<OnChainBatch?> ReadBatchAsync(ulong batchId, CancellationToken cancellation) => Answer(() => Find(batchId)?.OnChain);

    public Task<bool> IsSettledAsync(ulong batchId, uint index, CancellationToken cancellation) =>
        Answer(() => _minted.ContainsKey(_domain.TaskId(batchId, index)));

    public Task<ImmutableArray<int>?> ReadSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, CancellationToken cancellation) => Answer<ImmutableArray<int>?>(() =>
    {
        ImmutableArray<int> slots = Draw(Find(batchId)!.OnChain, task, seatSecret);
        return slots.Length == SeatDraw.Seats ? slots : null;
    });

    public Task<OnChainEscalation> ReadEscalationAsync(Hash256 taskId, CancellationToken cancellation) =>
        Answer(() => _escalations.GetValueOrDefault(taskId, new OnChainEscalation(0, 0, Hash256.Zero)));

    public Task<ImmutableArray<int>> ReadEscalatedSeatsAsync(ulong batchId, MiningTask task, Hash256 seatSecret, Hash256 escalationSecret, CancellationToken cancellation) =>
        Answer(() => DrawAll(Find(batchId)!.OnChain, task, seatSecret, escalationSecret));

    /// <summary>There are no blocks here to prove anything from.</summary>
    public Task<byte[]?> ReadBundleAsync(ulong batchId, Hash256 taskId, CancellationToken cancellation) => Task.FromResult<byte[]?>(null);

    public Task<ulong> ReadCreditAsync(Address account, Hash256 workloadHash, CancellationToken cancellation) =>
        Answer(() => _credit.GetValueOrDefault((account, workloadHash)) - Math.Min(_credit.GetValueOrDefault((account, workloadHash)), _leaving.GetValueOrDefault((account, workloadHash))));

    public Task<ulong> ReadQuoteAsync(Hash256 workloadHash, CancellationToken cancellation) => Answer(() => _quotes.GetValueOrDefault(workloadHash));

    public Task<ImmutableArray<Device>> ReadRosterAsync(uint length, CancellationToken cancellation) =>
        Answer(() => _devices.Take((int)length).ToImmutableArray());

    public Task<uint> ReadRosterLengthAsync(CancellationToken cancellation) => Answer(() => (uint)_devices.Count);

    public Task<Device?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation) =>
        Answer(() => _devices.LastOrDefault(device => device.GpuId == gpuId));

    public Task<RegistryTotals> ReadTotalsAsync(CancellationToken cancellation) =>
        Answer(() => new RegistryTotals(MintRate, RedeemPrice, TotalMinted, _burned, TotalMinted - _burned));

    /// <summary>How many of 65,536 tasks are audited.</summary>
    internal ushort AuditShare { get; set; }

    public Task<ushort> ReadAuditShareAsync(CancellationToken cancellation) => Answer(() => AuditShare);

    /// <summary>What subsidised work may mint in all.</summary>
    internal BigInteger SubsidyAllowed { get; set; } = BigInteger.Pow(10, 27);

    /// <summary>What it was charged.</summary>
    internal BigInteger SubsidyCharged { get; private set; }

    public Task<SubsidyState> ReadSubsidyAsync(CancellationToken cancellation) =>
        Answer(() => new SubsidyState(SubsidyAllowed - SubsidyCharged, SubsidyCharged, SubsidyAllowed, BigInteger.Zero, BigInteger.Zero, 86_400));

    public Task<RegistryRules> ReadRulesAsync(CancellationToken cancellation) => Answer(() => new RegistryRules(
        RedeemPrice, AuditShare, _domain.MiningRegistry, Address.Zero, [.. DeviceClasses.All.Select(one => new ClassRules(one, DeviceClasses.ComputeUnitsPerHour(one), 1, 2, 3))]));

    /// <summary>Who votes and trades needs a real chain; here nobody does.</summary>
    public Task<GovernorSettings?> ReadGovernorAsync(CancellationToken cancellation) => Answer<GovernorSettings?>(() => null);

    public Task<ProposalPage> ReadProposalsAsync(LogCursor? cursor, CancellationToken cancellation) => Answer(() => new ProposalPage([], [], cursor, IsCaughtUp: true));

    public Task<Proposal> ReadProposalAsync(ProposalCreation creation, CancellationToken cancellation) => throw new InvalidOperationException("there is no proposal");

    /// <summary>What the only pair holds.</summary>
    internal (Address Pair, PairReserves Reserves)? Pair { get; set; }

    public Task<PairReserves?> ReadPairAsync(Address pair, CancellationToken cancellation) => Answer(() => Pair is { } there && there.Pair == pair ? there.Reserves : null);

    public Task<DurationBoundsRecord> ReadDurationBoundsAsync(WorkloadType workloadType, DeviceClass deviceClass, CancellationToken cancellation) => Answer(() => Bounds);

    /// <summary>What the coordinator has put up; null if the network has no coordinator bond.</summary>
    internal BigInteger? Bond { get; set; }

    /// <summary>Wei that a letter costs it.</summary>
    internal BigInteger LetterPay { get; set; } = BigInteger.Pow(10, 16);

    /// <summary>Operators that were slashed of late.</summary>
    internal HashSet<Address> OnProbation { get; } = [];

    /// <summary>What an operator has to put up; none here has put up anything.</summary>
    internal BigInteger LeastBond { get; set; }

    public Task<LetterTerms?> ReadLetterTermsAsync(CancellationToken cancellation) =>
        Answer<LetterTerms?>(() => Bond is { } bond ? new LetterTerms(bond, LetterPay, TimeSpan.FromDays(7)) : null);

    public Task<OperatorStanding?> ReadStandingAsync(Address account, CancellationToken cancellation) => Answer<OperatorStanding?>(() =>
        new OperatorStanding(!OnProbation.Contains(account) && LeastBond.IsZero, OnProbation.Contains(account) ? Now() + 1000 : 0, LeastBond));

    public Task<BigInteger?> ReadCoordinatorBondAsync(CancellationToken cancellation) => Answer(() => Bond);

    public Task<bool> IsDisclosedAsync(Hash256 taskId, bool isBoth, CancellationToken cancellation) => Answer(() => _disclosed.Contains((taskId, isBoth)));

    /// <summary>A seat's letter would be paid from the bond: the task did not settle, and its secret was not shown.</summary>
    internal bool IsClaimable(Hash256 taskId, int seat)
    {
        int level = _escalations.GetValueOrDefault(taskId)?.Level ?? 0;
        bool isShown = _disclosed.Contains((taskId, true)) || (seat < 3 ? _disclosed.Contains((taskId, false)) || level != 0 : seat >= 5 || level > 5);
        return !_minted.ContainsKey(taskId) && !isShown;
    }

    /// <summary>A reorganisation takes what was shown back, and every receipt with it.</summary>
    internal void TakeBackDisclosures()
    {
        lock (_gate)
        {
            _byKey.Clear();
            Assert.NotEmpty(_disclosed);
            _disclosed.Clear();
        }
    }

    public Task<bool> IsSlashedAsync(Hash256 taskId, Hash256 gpuId, CancellationToken cancellation) => Answer(() => Slashed.Contains((taskId, gpuId)));

    /// <summary>Devices whose operators were slashed, each with the task.</summary>
    internal HashSet<(Hash256 TaskId, Hash256 GpuId)> Slashed { get; } = [];

    /// <summary>A reorganisation takes what was slashed back, and every receipt with it.</summary>
    internal void TakeBackSlashings()
    {
        lock (_gate)
        {
            _byKey.Clear();
            Assert.NotEmpty(Slashed);
            Slashed.Clear();
        }
    }

    /// <summary>When silence suspends; null suspends nobody.</summary>
    internal AttendanceTermsRecord? Attendance { get; set; }

    public Task<AttendanceTermsRecord?> ReadAttendanceTermsAsync(CancellationToken cancellation) => Answer(() => Attendance);

    /// <summary>The device proves that it is there.</summary>
    internal void ProveLife(Hash256 gpuId)
    {
        _aliveAt[gpuId] = Now();
        Change(gpuId, device => device with { RevokedBlock = 0, ResumableAt = 0, RefreshedBlock = _block });
    }

    public Task<ContractRefusal?> SimulateAsync(MiningCall call, CancellationToken cancellation) => Answer(() => Run(call, apply: false).Refusal);

    public Task<SubmitOutcome> SubmitAsync(string key, MiningCall call, CancellationToken cancellation)
    {
        Boundary?.Invoke($"before send {key}");
        SubmitOutcome outcome;
        lock (_gate)
        {
            Reach();
            if (!_byKey.TryGetValue(key, out outcome!))
            {
                outcome = Execute(call);
                if (outcome is SubmitOutcome.Mined)
                {
                    _byKey.Add(key, outcome);
                    Sent.Add(call);
                }
            }
        }

        Boundary?.Invoke($"after send {key}");
        return Task.FromResult(outcome);
    }

    public Task<EventPage> ReadEventsAsync(byte[]? cursor, CancellationToken cancellation) => Answer(() =>
    {
        // A page is either removals or additions, as of the real reader, and at most three events long so that paging is exercised.
        int from = cursor is null ? 0 : BinaryPrimitives.ReadInt32BigEndian(cursor);
        bool removals = from < _changes.Count && _changes[from].Removed;
        List<MiningEvent> page = [.. _changes.Skip(from).TakeWhile(change => change.Removed == removals).Take(3).Select(change => change.Event)];
        byte[] next = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(next, from + page.Count);
        return removals
            ? new EventPage([.. page], [], next, _block, false)
            : new EventPage([], [.. page], next, _block, from + page.Count == _changes.Count);
    });

    private Task<T> Answer<T>(Func<T> answer)
    {
        lock (_gate)
        {
            Reach();
            return Task.FromResult(answer());
        }
    }

    private void Reach()
    {
        if (Unreachable)
        {
            throw new ChainUnavailableException("no answer from the node");
        }
    }

    private SubmitOutcome Execute(MiningCall call)
    {
        if (Run(call, apply: false).Refusal is ContractRefusal refusal)
        {
            return new SubmitOutcome.Refused(refusal);
        }

        _block++;
        _logs = 0;
        (_, ImmutableArray<MiningEvent> events) = Run(call, apply: true);
        foreach (MiningEvent found in events)
        {
            Emit(found);
        }

        return new SubmitOutcome.Mined(Transaction(), _block, GasOfACall, events);
    }

    private (ContractRefusal? Refusal, ImmutableArray<MiningEvent> Events) Run(MiningCall call, bool apply) => call switch
    {
        MiningCall.CommitBatch commit => Commit(commit, apply),
        MiningCall.PinSeed pin => Pin(pin.BatchId, apply),
        MiningCall.Settle settle => Settle(settle, apply),
        MiningCall.Escalate escalate => Escalate(escalate, apply),
        MiningCall.PinEscalation pin => PinEscalation(pin.TaskId, apply),
        MiningCall.OpenWorkload open => Open(open, apply),
        MiningCall.Disclose disclose => Disclose(disclose, apply),
        MiningCall.Accuse accuse => Accuse(accuse, apply),
        MiningCall.ReportAbsences absences => Report(absences, apply),
        MiningCall.SuspendSilent suspend => Suspend(suspend, apply),
        _ => throw new InvalidOperationException(call.ToString()),
    };

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Commit(MiningCall.CommitBatch call, bool apply)
    {
        if (call.LatestDeadline <= Now() || call.LatestDeadline >= Now() + ExtensionInterval)
        {
            return (Refuse("DeadlineOutOfBounds"), []);
        }

        BigInteger charge = SeatDraw.Seats * (BigInteger)MintRate * call.SubsidisedUnits;
        if (SubsidyCharged + charge > SubsidyAllowed)
        {
            return (Refuse("SubsidyExhausted"), []);
        }

        if (!apply)
        {
            return (null, []);
        }

        SubsidyCharged += charge;
        var batch = new OnChainBatch((ulong)_batches.Count + 1, call.Root, _block, _block + 2, Hash256.Zero, 0, (uint)_devices.Count, MintRate);
        _batches.Add(new BatchState { OnChain = batch, TaskCount = (int)call.TaskCount });
        return (null, [new MiningEvent.BatchCommitted(Position(), batch.BatchId, batch.Root, batch.SeedBlock, batch.RosterLength, batch.MintRate)]);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Pin(ulong batchId, bool apply)
    {
        if (Find(batchId) is not BatchState batch)
        {
            return (Refuse("BatchUnknown"), []);
        }

        ulong current = apply ? _block : _block + 1;
        if (batch.OnChain.SeedBlockHash != Hash256.Zero)
        {
            return (null, []);
        }

        if (current <= batch.OnChain.SeedBlock || current > batch.OnChain.SeedBlock + 256)
        {
            return (Refuse(current <= batch.OnChain.SeedBlock ? "SeedNotReady" : "SeedTooOld"), []);
        }

        if (!apply)
        {
            return (null, []);
        }

        batch.OnChain = batch.OnChain with { SeedBlockHash = Number(batch.OnChain.SeedBlock + batch.Fork), SeedTime = Now() };
        return (null, [new MiningEvent.SeedPinned(Position(), batchId, batch.OnChain.SeedBlockHash, batch.OnChain.SeedTime)]);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Escalate(MiningCall.Escalate call, bool apply)
    {
        TaskSettlement settlement = call.Settlement;
        MiningTask task = settlement.Task;
        Hash256 taskId = _domain.TaskId(call.BatchId, task.Index);
        if (Find(call.BatchId) is not BatchState batch || MerkleTree.RootOf(batch.TaskCount, [(int)task.Index], [task.Leaf], call.Proof.AsSpan()) != batch.OnChain.Root)
        {
            return (Refuse("WorkloadNotInQueue"), []);
        }

        if (_minted.ContainsKey(taskId))
        {
            return (Refuse("TaskAlreadySettled"), []);
        }

        if (JudgeSeats(batch.OnChain, settlement, taskId, out ImmutableArray<int> slots) is ContractRefusal refusal)
        {
            return (refusal, []);
        }

        bool isAudited = IsAudited(batch.OnChain, settlement, taskId, slots.Length);
        if (IsEnough(Matching(settlement), isAudited))
        {
            return (Refuse("TaskAgreed"), []);
        }

        OnChainEscalation before = _escalations.GetValueOrDefault(taskId, new OnChainEscalation(0, 0, Hash256.Zero));
        if (slots.Length == SeatDraw.MostSeats || batch.OnChain.RosterLength < slots.Length + 2 || (before.SeedBlockHash != Hash256.Zero && slots.Length < before.Level))
        {
            return (Refuse(slots.Length == SeatDraw.MostSeats ? "EscalationExhausted" : "RosterTooSmall"), []);
        }

        if (before is { Level: not 0 } && before.SeedBlockHash == Hash256.Zero)
        {
            return (Refuse("EscalationNotPinned"), []);
        }

        ulong from = batch.OnChain.SeedTime + ((task.Deadline - batch.OnChain.SeedTime) * (slots.Length == SeatDraw.Seats ? 1u : 2u) / 3);
        if (Now() < from && settlement.Claims.Length < slots.Length && !(isAudited && slots.Length == SeatDraw.Seats))
        {
            return (new ContractRefusal("EscalationTooEarly", $"EscalationTooEarly({from})", null, from), []);
        }

        if (!apply)
        {
            return (null, []);
        }

        _escalations[taskId] = before.Level == 0 ? new OnChainEscalation(5, _block + 2, Hash256.Zero) : before with { Level = slots.Length + 2 };
        return (null, [new MiningEvent.Escalated(Position(), taskId)]);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) PinEscalation(Hash256 taskId, bool apply)
    {
        if (!_escalations.TryGetValue(taskId, out OnChainEscalation? found))
        {
            return (Refuse("NotEscalated"), []);
        }

        ulong current = apply ? _block : _block + 1;
        if (found.SeedBlockHash != Hash256.Zero)
        {
            return (null, []);
        }

        if (current <= found.SeedBlock || current > found.SeedBlock + 256)
        {
            return (Refuse(current <= found.SeedBlock ? "SeedNotReady" : "SeedTooOld"), []);
        }

        if (apply)
        {
            _escalations[taskId] = found with { SeedBlockHash = Number(found.SeedBlock) };
        }

        return (null, [new MiningEvent.Escalated(Position(), taskId)]);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Disclose(MiningCall.Disclose call, bool apply)
    {
        BatchState batch = Find(call.BatchId)!;
        if (Now() > batch.OnChain.SeedTime + ((call.Task.Deadline - batch.OnChain.SeedTime) * 3 / 4))
        {
            return (Refuse("RevealTooLate"), []);
        }

        if (MiningTask.SecretHash(call.SeatSecret) != call.Task.SeatSecretHash
            || (call.Opening is { } shown && shown.SeatSecret != call.SeatSecret)
            || MerkleTree.RootOf(batch.TaskCount, [(int)call.Task.Index], [call.Task.Leaf], call.Proof.AsSpan()) != batch.OnChain.Root)
        {
            return (Refuse("TaskNotInBatch"), []);
        }

        if (apply)
        {
            _disclosed.Add((_domain.TaskId(call.BatchId, call.Task.Index), call.Opening is not null));
        }

        return (null, []);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Accuse(MiningCall.Accuse call, bool apply)
    {
        BatchState batch = Find(call.BatchId)!;
        Hash256 seatSecret = new SeatSecretOpening(call.Answer.Commitment, call.EscalationSecret).SeatSecret;
        Hash256 taskId = _domain.TaskId(call.BatchId, call.Task.Index);
        Hash256 gpuId = call.Accused.Attestation.Statement.GpuId;
        if (MiningTask.SecretHash(seatSecret) != call.Task.SeatSecretHash
            || MerkleTree.RootOf(batch.TaskCount, [(int)call.Task.Index], [call.Task.Leaf], call.Proof.AsSpan()) != batch.OnChain.Root)
        {
            return (Refuse("TaskNotInBatch"), []);
        }

        if (Now() > call.Task.Deadline)
        {
            return (Refuse("AccusationTooLate"), []);
        }

        ImmutableArray<int> slots = _escalations.TryGetValue(taskId, out OnChainEscalation? escalation) && escalation.SeedBlockHash != Hash256.Zero
            ? DrawAll(batch.OnChain, call.Task, seatSecret, call.EscalationSecret)
            : Draw(batch.OnChain, call.Task, seatSecret);
        if (call.Accused.Attestation.Statement.ResultHash == call.Answer.Result)
        {
            return (Refuse("ResultIsRight"), []);
        }

        if (call.Witnesses.Length < 2 || call.Witnesses.Any(witness => witness.Attestation.Statement.ResultHash != call.Answer.Result || witness.Seat == call.Accused.Seat)
            || !call.Witnesses.Select(witness => witness.Seat).SequenceEqual(call.Witnesses.Select(witness => witness.Seat).Order().Distinct()))
        {
            return (Refuse("WitnessesTooFew"), []);
        }

        if (call.Witnesses.Append(call.Accused).Select(claim => JudgeClaim(claim, _devices[slots[claim.Seat]], taskId, call.Task)).FirstOrDefault(found => found is not null) is ContractRefusal refusal)
        {
            return (refusal, []);
        }

        if (Slashed.Contains((taskId, gpuId)))
        {
            return (Refuse("AlreadySlashed"), []);
        }

        if (apply)
        {
            Slashed.Add((taskId, gpuId));
        }

        return (null, []);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Open(MiningCall.OpenWorkload call, bool apply)
    {
        if (_quotes.TryGetValue(call.WorkloadHash, out ulong quote) && quote != call.ComputeUnits)
        {
            return (Refuse("WorkloadAlreadyOpen"), []);
        }

        if (apply)
        {
            _quotes[call.WorkloadHash] = call.ComputeUnits;
        }

        return (null, []);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Report(MiningCall.ReportAbsences call, bool apply)
    {
        foreach (AbsenceReportRecord report in call.Reports)
        {
            var task = new MiningTask(
                report.Task.WorkloadHash, report.Task.Index, (WorkloadType)report.Task.WorkloadType, (DeterminismClass)report.Task.DeterminismClass,
                new ComputeUnits(report.Task.ComputeUnits), report.Task.Deadline, report.Task.Redeemer, report.Task.SeatSecretHash);
            Hash256 taskId = _domain.TaskId(report.BatchId, task.Index);
            if (Find(report.BatchId) is not BatchState batch || MiningTask.SecretHash(report.SeatSecret) != task.SeatSecretHash
                || MerkleTree.RootOf(batch.TaskCount, [(int)task.Index], [task.Leaf], report.Proof.AsSpan()) != batch.OnChain.Root)
            {
                return (Refuse("TaskNotInBatch"), []);
            }

            if (Now() > task.Deadline)
            {
                return (Refuse("ReportTooLate"), []);
            }

            ImmutableArray<int> slots = report.Seat < SeatDraw.Seats
                ? Draw(batch.OnChain, task, report.SeatSecret)
                : DrawAll(batch.OnChain, task, report.SeatSecret, report.Opening!.EscalationSecret);
            Device device = _devices[slots[report.Seat]];
            if (_changes.Exists(change => change.Event is MiningEvent.SeatPaid paid && paid.TaskId == taskId && paid.Seat == report.Seat))
            {
                return (Refuse("SeatPaid"), []);
            }

            if (device.RevokedBlock != 0 || _absences.ContainsKey((taskId, device.GpuId)))
            {
                return (Refuse(device.RevokedBlock != 0 ? "DeviceNotDrawn" : "AbsenceKnown"), []);
            }

            if (apply)
            {
                _absences.Add((taskId, device.GpuId), (task.Deadline, Now()));
            }
        }

        return (null, []);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Suspend(MiningCall.SuspendSilent call, bool apply)
    {
        int slot = _devices.FindLastIndex(device => device.GpuId == call.GpuId);
        if (call.TaskIds.Length != Attendance!.Absences || _devices[slot].RevokedBlock != 0)
        {
            return (Refuse(_devices[slot].RevokedBlock != 0 ? "DeviceIsRevoked" : "AbsencesMiscounted"), []);
        }

        Assert.Equal(call.TaskIds.Select(id => id.ToString()).Distinct().Order(StringComparer.Ordinal), call.TaskIds.Select(id => id.ToString()));
        foreach (Hash256 taskId in call.TaskIds)
        {
            if (!_absences.TryGetValue((taskId, call.GpuId), out (ulong Deadline, ulong ReportedAt) found))
            {
                return (Refuse("AbsenceUnknown"), []);
            }

            if (Now() < found.Deadline + Attendance.AnswerWindowSeconds || _aliveAt.GetValueOrDefault(call.GpuId) >= found.ReportedAt)
            {
                return (Refuse(Now() < found.Deadline + Attendance.AnswerWindowSeconds ? "AnswerableUntil" : "AliveSince"), []);
            }
        }

        if (!apply)
        {
            return (null, []);
        }

        _devices[slot] = _devices[slot] with { RevokedBlock = _block, ResumableAt = Now() + Attendance.CooldownSeconds };
        return (null, [new MiningEvent.DeviceChanged(Position(), call.GpuId)]);
    }

    private (ContractRefusal?, ImmutableArray<MiningEvent>) Settle(MiningCall.Settle call, bool apply)
    {
        if (Find(call.BatchId) is not BatchState batch)
        {
            return (Refuse("BatchUnknown"), []);
        }

        if (batch.OnChain.SeedBlockHash == Hash256.Zero)
        {
            return (Refuse("SeedNotPinned"), []);
        }

        int[] positions = [.. call.Settlements.Select(settlement => (int)settlement.Task.Index)];
        Hash256[] leaves = [.. call.Settlements.Select(settlement => settlement.Task.Leaf)];
        if (!positions.SequenceEqual(positions.Order().Distinct()))
        {
            return (Refuse("TasksNotAscending"), []);
        }

        if (MerkleTree.RootOf(batch.TaskCount, positions, leaves, call.Proof.AsSpan()) != batch.OnChain.Root)
        {
            return (Refuse("WorkloadNotInQueue"), []);
        }

        // On a copy, so that a later task sees the clocks and credits the earlier ones moved, and a refusal leaves no trace.
        var busy = new Dictionary<Hash256, ulong>(_busyUntil);
        var credit = new Dictionary<(Address, Hash256), ulong>(_credit);
        var minted = new Dictionary<Hash256, BigInteger>();
        var events = ImmutableArray.CreateBuilder<MiningEvent>();
        foreach (TaskSettlement settlement in call.Settlements)
        {
            Hash256 taskId = _domain.TaskId(call.BatchId, settlement.Task.Index);
            if (_minted.ContainsKey(taskId) || minted.ContainsKey(taskId))
            {
                continue;
            }

            if (SettleOne(batch.OnChain, settlement, taskId, busy, credit, minted, events) is ContractRefusal refusal)
            {
                return (refusal, []);
            }
        }

        if (apply)
        {
            Copy(busy, _busyUntil);
            Copy(credit, _credit);
            foreach ((Hash256 taskId, BigInteger amount) in minted)
            {
                _minted.Add(taskId, amount); // Throws on a second mint.
            }
        }

        return (null, events.ToImmutable());
    }

    private ContractRefusal? SettleOne(
        OnChainBatch batch, TaskSettlement settlement, Hash256 taskId, Dictionary<Hash256, ulong> busy,
        Dictionary<(Address, Hash256), ulong> credit, Dictionary<Hash256, BigInteger> minted, ImmutableArray<MiningEvent>.Builder events)
    {
        MiningTask task = settlement.Task;
        if (JudgeSeats(batch, settlement, taskId, out ImmutableArray<int> slots) is ContractRefusal refusal)
        {
            return refusal;
        }

        SeatClaim[] matching = [.. settlement.Claims.Where(claim => claim.Attestation.Statement.ResultHash == settlement.ResultHash)];
        if (!QuorumRule.IsAgreed(Matching(settlement)))
        {
            return Refuse("ResultNotAgreed");
        }

        if (!IsEnough(Matching(settlement), IsAudited(batch, settlement, taskId, slots.Length)))
        {
            return Refuse("TaskIsAudited");
        }

        foreach (SeatClaim claim in matching)
        {
            WorkStatement statement = claim.Attestation.Statement;
            ulong least = task.ComputeUnits.Micro * 3_600_000 / (1_050UL * 1_000_000);
            ulong until = Math.Max(batch.SeedTime * 1000, busy.GetValueOrDefault(statement.GpuId)) + Math.Max(statement.DurationMillis, least);
            if (until > Now() * 1000)
            {
                return new ContractRefusal("ClaimTooEarly", $"ClaimTooEarly({statement.GpuId}, {(until + 999) / 1000})", statement.GpuId, (until + 999) / 1000);
            }

            busy[statement.GpuId] = until;
        }

        if (task.Redeemer != Address.Zero)
        {
            Hash256 creditId = credit.GetValueOrDefault((task.Redeemer, task.WorkloadHash)) >= task.ComputeUnits.Micro ? task.WorkloadHash : _domain.CreditId(task.Redeemer);
            ulong found = credit.GetValueOrDefault((task.Redeemer, creditId));
            if (found < task.ComputeUnits.Micro)
            {
                return Refuse("CreditInsufficient");
            }

            credit[(task.Redeemer, creditId)] = found - task.ComputeUnits.Micro;
        }

        BigInteger each = (BigInteger)task.ComputeUnits.Micro * batch.MintRate;
        minted.Add(taskId, each * matching.Length);
        for (int seat = 0; seat < slots.Length; seat++)
        {
            SeatClaim? claim = settlement.Claims.FirstOrDefault(candidate => candidate.Seat == seat);
            events.Add(claim is not null && matching.Contains(claim)
                ? new MiningEvent.SeatPaid(Position(), taskId, seat, each)
                : new MiningEvent.SeatUnpaid(Position(), taskId, seat, (byte)(claim is null ? 1 : 2)));
        }

        events.Add(new MiningEvent.TaskSettled(Position(), taskId, settlement.ResultHash, matching.Length, each * matching.Length));
        return null;
    }

    private bool IsAudited(OnChainBatch batch, TaskSettlement settlement, Hash256 taskId, int seats)
    {
        bool isPinned = _escalations.TryGetValue(taskId, out OnChainEscalation? escalation) && escalation.SeedBlockHash != Hash256.Zero;
        return SeatDraw.IsAudited(SeatDraw.AuditLot(settlement.SeatSecret, batch.SeedBlockHash), AuditShare, batch.RosterLength, isPinned ? seats : null);
    }

    private static bool IsEnough(int matching, bool isAudited) => QuorumRule.IsAgreed(matching) && (!isAudited || matching >> SeatDraw.Seats != 0);

    private static int Matching(TaskSettlement settlement) => settlement.Claims
        .Where(claim => claim.Attestation.Statement.ResultHash == settlement.ResultHash).Aggregate(0, (mask, claim) => mask | (1 << claim.Seat));

    /// <summary>A task's secrets, its draw and every claim.</summary>
    private ContractRefusal? JudgeSeats(OnChainBatch batch, TaskSettlement settlement, Hash256 taskId, out ImmutableArray<int> slots)
    {
        MiningTask task = settlement.Task;
        slots = [];
        if (Now() > task.Deadline)
        {
            return Refuse("TaskExpired");
        }

        if (MiningTask.SecretHash(settlement.SeatSecret) != task.SeatSecretHash || (settlement.Opening is { } shown && shown.SeatSecret != settlement.SeatSecret))
        {
            return Refuse("WorkloadNotInQueue");
        }

        slots = Draw(batch, task, settlement.SeatSecret);
        if (slots.Length < SeatDraw.Seats)
        {
            return Refuse("RosterTooSmall");
        }

        if (_escalations.TryGetValue(taskId, out OnChainEscalation? escalation) && escalation.SeedBlockHash != Hash256.Zero)
        {
            if (settlement.Opening is not { } opening)
            {
                return Refuse("EscalationSecretMissing");
            }

            slots = DrawAll(batch, task, settlement.SeatSecret, opening.EscalationSecret);
        }

        int last = -1;
        foreach (SeatClaim claim in settlement.Claims)
        {
            if (claim.Seat <= last)
            {
                throw new ArgumentException($"Expected claims ascending by seat, found seat {claim.Seat} after {last}.");
            }

            last = claim.Seat;
            if (claim.Seat >= slots.Length)
            {
                return Refuse("SeatNotAssigned");
            }

            if (JudgeClaim(claim, _devices[slots[claim.Seat]], taskId, task) is ContractRefusal refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private ImmutableArray<int> DrawAll(OnChainBatch batch, MiningTask task, Hash256 seatSecret, Hash256 escalationSecret)
    {
        Hash256 taskId = _domain.TaskId(batch.BatchId, task.Index);
        OnChainEscalation escalation = _escalations[taskId];
        ImmutableArray<int> slots = SeatDraw.DrawFurther(
            Draw(batch, task, seatSecret), escalation.Level, escalationSecret, escalation.SeedBlockHash, taskId, task.Deadline, batch.CommitBlock,
            [.. _devices.Take((int)batch.RosterLength).Select(device => device.ToRosterSlot())]);
        return slots[..SeatDraw.WholePairs(slots.Length)];
    }

    private ContractRefusal? JudgeClaim(SeatClaim claim, Device device, Hash256 taskId, MiningTask task)
    {
        WorkStatement statement = claim.Attestation.Statement;
        if (device.GpuId != statement.GpuId)
        {
            return Refuse("SeatNotAssigned");
        }

        if (device.RevokedBlock != 0)
        {
            return new ContractRefusal("DeviceIsRevoked", $"DeviceIsRevoked({device.GpuId})", device.GpuId);
        }

        if (device.ValidUntil < Now())
        {
            return new ContractRefusal("DeviceExpired", $"DeviceExpired({device.GpuId})", device.GpuId);
        }

        var expected = new WorkStatement(taskId, task.WorkloadHash, statement.ResultHash, statement.GpuId, statement.DurationMillis);
        if (!Secp256k1.TryRecover(expected.Digest(_domain), claim.Attestation.Signature, out Address signer) || signer != device.EnclaveKey)
        {
            return Refuse("WorkAttestationSignatureInvalid");
        }

        return DurationRange.Of(Bounds, task.ComputeUnits).Contains(statement.DurationMillis) ? null : Refuse("DurationOutOfBounds");
    }

    private ImmutableArray<int> Draw(OnChainBatch batch, MiningTask task, Hash256 seatSecret) => SeatDraw.Draw(
        seatSecret, batch.SeedBlockHash, _domain.TaskId(batch.BatchId, task.Index), task.Deadline, batch.CommitBlock,
        [.. _devices.Take((int)batch.RosterLength).Select(device => device.ToRosterSlot())]);

    private static void Copy<TKey, TValue>(Dictionary<TKey, TValue> from, Dictionary<TKey, TValue> to)
        where TKey : notnull
    {
        foreach ((TKey key, TValue value) in from)
        {
            to[key] = value;
        }
    }

    private static ContractRefusal Refuse(string error) => new(error, error + "()");

    private static Hash256 Number(ulong number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return new Hash256(SHA256.HashData(bytes));
    }

    private BatchState? Find(ulong batchId) => batchId >= 1 && batchId <= (ulong)_batches.Count ? _batches[(int)batchId - 1] : null;

    private ulong Now() => (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();

    private Hash256 Transaction() => Number(_block ^ 0xabcdef);

    private EventPosition Position() => new(_block, Transaction(), _logs++);

    private void Emit(MiningEvent found) => _changes.Add((false, found));

    private sealed class BatchState
    {
        internal required OnChainBatch OnChain { get; set; }

        internal required int TaskCount { get; init; }

        /// <summary>Tells apart the seed block's hashes before and after a reorganisation.</summary>
        internal ulong Fork { get; set; }
    }
}
