using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <summary>
/// Settles a call again from its calldata, as the contract must have: draws, signatures, bounds, agreement, clocks, pay. What comes out
/// is held against the contract's events by the caller.
/// </summary>
internal sealed class SettlementReplay
{
    private const byte ExactArithmetic = 1;
    private readonly NetworkState _state;
    private readonly NetworkDomain _domain;
    private readonly SettlementCall _call;
    private readonly ulong _block;
    private readonly ulong _now;
    private readonly Hash256 _transaction;
    private readonly Action<AuditFault, string, string, string> _find;
    private readonly List<SettledTaskRecord> _settled = [];

    /// <summary>Micro-CU of the redeemed tasks of the call, and those times the seats that they can be paid.</summary>
    private BigInteger _redeemedUnits;
    private BigInteger _redeemedSeats;

    internal SettlementReplay(
        NetworkState state, NetworkDomain domain, SettlementCall call, ulong block, ulong now, Hash256 transaction, Action<AuditFault, string, string, string> find)
    {
        _state = state;
        _domain = domain;
        _call = call;
        _block = block;
        _now = now;
        _transaction = transaction;
        _find = find;
    }

    /// <summary>What the contract must have said, in order: tasks that settled come last, all in one event.</summary>
    internal List<ExpectedEvent> Events { get; } = [];

    /// <summary>What it must have minted, by operator.</summary>
    internal Dictionary<Address, BigInteger> Mints { get; } = [];

    internal int Seats { get; private set; }

    internal int Signatures { get; private set; }

    /// <summary>Settles every task of the call. The events that were found say which of those settled before were added to.</summary>
    internal void Run(bool byWitness)
    {
        if (_call.BatchId > ulong.MaxValue || !_state.Batches.TryGetValue((ulong)_call.BatchId, out BatchState? batch))
        {
            _find(AuditFault.Batch, "batch", "one that was committed", $"{_call.BatchId}");
            return;
        }

        if (batch.SeedBlockHash is not { } seed)
        {
            _find(AuditFault.Seed, $"seed of batch {batch.BatchId}", "pinned before its tasks settle", "not pinned");
            return;
        }

        MiningTask[] tasks = [.. _call.Settlements.Select(settlement => MiningTask.From(settlement.Task))];
        Hash256? root = MerkleTree.RootOf(
            (int)batch.TaskCount, [.. tasks.Select(task => (int)task.Index)], [.. tasks.Select(task => task.Leaf)], [.. _call.Proof]);
        if (root != batch.Root)
        {
            _find(AuditFault.Task, $"root over the settled tasks of batch {batch.BatchId}", $"{batch.Root}", root?.ToString() ?? "no root");
        }

        foreach ((TaskSettlementRecord settlement, MiningTask task) in _call.Settlements.Zip(tasks))
        {
            Settle(batch, seed, settlement, task, byWitness);
        }

        if (_redeemedUnits > 0)
        {
            _state.Subsidy.Earn(_redeemedUnits * _state.Rates.LowestRedeemPrice, _redeemedSeats * batch.MintRate);
        }

        Events.AddRange(_settled.Select(task => ExpectedEvent.Settled(batch.BatchId, task)));
    }

    private void Settle(BatchState batch, Hash256 seed, TaskSettlementRecord settlement, MiningTask task, bool byWitness)
    {
        int paid = batch.Paid.GetValueOrDefault(task.Index);
        if (paid != 0 && !byWitness)
        {
            return;
        }

        Hash256 taskId = _domain.TaskId(batch.BatchId, task.Index);
        CheckTask(batch, settlement, task);
        (ImmutableArray<int> slots, BigInteger later) = Draw(batch, seed, settlement, task, taskId);
        if (slots.IsEmpty)
        {
            return;
        }

        SeatClaimRecord?[] claims = Claims(batch, settlement, task, taskId, slots);
        int matching = 0;
        for (int seat = 0; seat < claims.Length; seat++)
        {
            matching |= claims[seat] is { } claim && ResultOf(claim, settlement) == settlement.ResultHash ? 1 << seat : 0;
        }

        if (!IsAgreed(matching))
        {
            _find(AuditFault.Agreement, $"equal results of task {taskId}", $"{QuorumRule.Required(slots.Length)} of {slots.Length} seats", $"{BitOperations.PopCount((uint)matching)}");
        }

        bool isAudited = paid == 0 && IsAudited(batch, seed, settlement, task, slots.Length);
        if (isAudited && matching >> SeatDraw.Seats == 0)
        {
            _find(AuditFault.Agreement, $"further seats that agree, of audited task {taskId}", "at least 1", "0");
        }

        int due = matching & ~paid;
        if ((paid & ~matching) != 0 || due == 0)
        {
            return;
        }

        batch.Paid[task.Index] = paid | due;
        if (paid == 0)
        {
            Spend(batch, task);
        }

        Pay(batch, settlement, task, taskId, slots, claims, later, matching, due, paid == 0, isAudited);
    }

    /// <summary>By the share in force now: the contract asks for an audit when a task settles, not when it is drawn.</summary>
    private bool IsAudited(BatchState batch, Hash256 seed, TaskSettlementRecord settlement, MiningTask task, int seats)
    {
        bool isPinned = batch.Escalations.TryGetValue(task.Index, out EscalationState? escalation) && escalation.SeedBlockHash is not null;
        return SeatDraw.IsAudited(SeatDraw.AuditLot(settlement.SeatSecret, seed), _state.Rates.AuditShare, batch.RosterLength, isPinned ? seats : null);
    }

    private void CheckTask(BatchState batch, TaskSettlementRecord settlement, MiningTask task)
    {
        if ((byte)task.DeterminismClass != ExactArithmetic)
        {
            _find(AuditFault.Task, "determinism class", $"{ExactArithmetic}", $"{(byte)task.DeterminismClass}");
        }

        if (task.Deadline > batch.LatestDeadline || _now > task.Deadline)
        {
            _find(AuditFault.Task, "deadline", $"{_now} to {batch.LatestDeadline}", $"{task.Deadline}");
        }
    }

    /// <summary>The slots of the seats in order, and when seats above 2 can have started, in milliseconds.</summary>
    private (ImmutableArray<int> Slots, BigInteger Later) Draw(BatchState batch, Hash256 seed, TaskSettlementRecord settlement, MiningTask task, Hash256 taskId)
    {
        ImmutableArray<int> slots = batch.Draw(settlement.SeatSecret, seed, taskId, task.Deadline);
        int level = SeatDraw.Seats;
        BigInteger later = 0;
        if (batch.Escalations.TryGetValue(task.Index, out EscalationState? escalation) && escalation.SeedBlockHash is { } second)
        {
            if (settlement.Opening is not { } opening)
            {
                _find(AuditFault.Secret, $"secret behind the further seats of task {taskId}", "revealed", "not there");
                return ([], later);
            }

            later = (BigInteger)escalation.SeedTime * 1000;
            slots = batch.DrawFurther(slots, escalation.Level, opening.EscalationSecret, second, taskId, task.Deadline);
            level = Math.Max(slots.Length, SeatDraw.Seats);
        }

        if (slots.Length == level)
        {
            return (slots, later);
        }

        _find(AuditFault.Seat, $"seats of task {taskId}", $"{level}", $"{slots.Length}, the roster gives no more");
        return ([], later);
    }

    /// <summary>Claims by seat; every one is checked, the losing ones too.</summary>
    private SeatClaimRecord?[] Claims(BatchState batch, TaskSettlementRecord settlement, MiningTask task, Hash256 taskId, ImmutableArray<int> slots)
    {
        var claims = new SeatClaimRecord?[slots.Length];
        int least = 0;
        foreach (SeatClaimRecord claim in settlement.Claims)
        {
            if (claim.Seat < least || claim.Seat >= slots.Length)
            {
                _find(AuditFault.Claim, $"seat of a claim for task {taskId}", $"{least} to {slots.Length - 1}", $"{claim.Seat}");
                continue;
            }

            least = claim.Seat + 1;
            claims[claim.Seat] = claim;
            Seats++;
            Hash256 gpuId = batch.Roster[slots[claim.Seat]].Roster.GpuId;
            if (claim.GpuId is { } named && named != gpuId)
            {
                _find(AuditFault.Seat, $"device on seat {claim.Seat} of task {taskId}", $"{gpuId}", $"{named}");
            }

            CheckClaim(claim, settlement, task, taskId, gpuId);
        }

        return claims;
    }

    private void CheckClaim(SeatClaimRecord claim, TaskSettlementRecord settlement, MiningTask task, Hash256 taskId, Hash256 gpuId)
    {
        if (!_state.Roster.TryFind(gpuId, out RosterDevice? device) || device is null || !device.IsLive(_now))
        {
            _find(AuditFault.Claim, $"device {gpuId}", "live when its claim settles", "revoked, retired or expired");
            return;
        }

        var statement = new WorkStatement(taskId, task.WorkloadHash, ResultOf(claim, settlement), gpuId, claim.Duration);
        Signatures++;
        if (!Secp256k1.TryRecover(statement.Digest(_domain), claim.Signature, out Address signer) || signer != device.EnclaveKey)
        {
            _find(AuditFault.Signature, $"signer on seat {claim.Seat} of task {taskId}", $"{device.EnclaveKey}", $"{signer}");
        }

        (BigInteger least, BigInteger most, _) = _state.Rates.Terms((ushort)task.WorkloadType, (byte)device.DeviceClass, task.ComputeUnits.Micro);
        if (claim.Duration < least || claim.Duration > most)
        {
            _find(AuditFault.Claim, $"duration on seat {claim.Seat} of task {taskId}", $"{least} to {most} ms", $"{claim.Duration}");
        }
    }

    private void Spend(BatchState batch, MiningTask task)
    {
        ulong units = task.ComputeUnits.Micro;
        bool isSubsidised = task.Redeemer == Address.Zero;
        ulong remaining = isSubsidised ? batch.RemainingSubsidised : batch.RemainingRedeemed;
        if (units > remaining)
        {
            _find(AuditFault.Batch, $"{(isSubsidised ? "subsidised" : "redeemed")} compute units left of batch {batch.BatchId}", $"at least {units}", $"{remaining}");
        }

        remaining -= Math.Min(units, remaining);
        if (isSubsidised)
        {
            batch.RemainingSubsidised = remaining;
            return;
        }

        batch.RemainingRedeemed = remaining;
        _redeemedUnits += units;
        _redeemedSeats += (BigInteger)units * (batch.Escalations.ContainsKey(task.Index) ? SeatDraw.MostSeats : SeatDraw.Seats);
        Hash256 creditId = _state.Credits.GetValueOrDefault((task.Redeemer, task.WorkloadHash)) >= units ? task.WorkloadHash : _domain.CreditId(task.Redeemer);
        ulong held = _state.Credits.GetValueOrDefault((task.Redeemer, creditId));
        if (held < units)
        {
            _find(AuditFault.Credit, $"credit of {task.Redeemer} on workload {task.WorkloadHash}, or prepaid", $"at least {units}", $"{held}");
        }

        _state.Credits[(task.Redeemer, creditId)] = held - Math.Min(units, held);
    }

    private void Pay(
        BatchState batch,
        TaskSettlementRecord settlement,
        MiningTask task,
        Hash256 taskId,
        ImmutableArray<int> slots,
        SeatClaimRecord?[] claims,
        BigInteger later,
        int matching,
        int due,
        bool isFirst,
        bool isAudited)
    {
        BigInteger amount = task.ComputeUnits.Micro * batch.MintRate;
        BigInteger minted = 0;
        var outcomes = ImmutableArray.CreateBuilder<(uint Slot, byte Code)>(slots.Length);
        var seats = ImmutableArray.CreateBuilder<SettledSeat>(slots.Length);
        for (int seat = 0; seat < slots.Length; seat++)
        {
            RosterDevice device = batch.Roster[slots[seat]];
            byte code = claims[seat] is null ? SeatOutcomes.Silent : (matching >> seat & 1) == 0 ? SeatOutcomes.Minority : SeatOutcomes.PaidBefore;
            if ((due >> seat & 1) == 1 && claims[seat] is { } claim)
            {
                BigInteger start = seat < SeatDraw.Seats ? (BigInteger)batch.SeedTime * 1000 : later;
                BigInteger end = Advance(device, task, claim, start);
                bool waits = end > (BigInteger)_now * 1000;
                code = waits ? SeatOutcomes.Deferred : SeatOutcomes.Paid;
                if (waits)
                {
                    Defer(taskId, seat, task, device.Roster, amount, (end + 999) / 1000);
                }
                else
                {
                    minted += amount;
                    Mints[device.Roster.Operator] = Mints.GetValueOrDefault(device.Roster.Operator) + amount;
                }
            }

            outcomes.Add(((uint)slots[seat], code));
            seats.Add(new SettledSeat(
                seat, (uint)slots[seat], (uint)slots[seat], device.Roster.GpuId, device.Roster.Operator, device.DeviceClass, code,
                claims[seat] is { } made ? ResultOf(made, settlement) : null, claims[seat]?.Duration ?? 0));
        }

        if (isFirst)
        {
            _settled.Add(new SettledTaskRecord(task.Index, amount, task.WorkloadHash, settlement.ResultHash, outcomes.MoveToImmutable()));
        }
        else
        {
            Events.Add(ExpectedEvent.Of("SeatsAdded", taskId, minted, SeatOutcomes.Pack(outcomes.MoveToImmutable())));
        }

        Keep(batch, settlement, task, taskId, minted, isAudited, seats.MoveToImmutable());
    }

    private void Keep(BatchState batch, TaskSettlementRecord settlement, MiningTask task, Hash256 taskId, BigInteger minted, bool isAudited, ImmutableArray<SettledSeat> seats)
    {
        SettledTask? before = _state.Settled.GetValueOrDefault(taskId);
        _state.Settled[taskId] = new SettledTask(
            taskId, batch.BatchId, task.Index, task.WorkloadHash, settlement.ResultHash, before?.Block ?? _block, before?.Transaction ?? _transaction,
            batch.CommitBlock, batch.SeedBlock, batch.SeedBlockHash ?? default, settlement.SeatSecret, batch.RosterLength, minted + (before?.Minted ?? 0), before?.IsAudited ?? isAudited, seats);
    }

    /// <summary>Moves a device's clock over a claim and says where it stands then.</summary>
    private BigInteger Advance(RosterDevice device, MiningTask task, SeatClaimRecord claim, BigInteger start)
    {
        (_, _, BigInteger clock) = _state.Rates.Terms((ushort)task.WorkloadType, (byte)device.DeviceClass, task.ComputeUnits.Micro);
        BigInteger end = BigInteger.Max(_state.Clocks.GetValueOrDefault(device.Roster.GpuId), start) + BigInteger.Max(claim.Duration, clock);
        _state.Clocks[device.Roster.GpuId] = end;
        return end;
    }

    private void Defer(Hash256 taskId, int seat, MiningTask task, RosterSlot device, BigInteger amount, BigInteger payableAt)
    {
        if (payableAt <= task.Deadline)
        {
            _find(AuditFault.Claim, $"clock of device {device.GpuId}", $"at most {_now}", $"{payableAt}, when the task could still wait");
        }

        _state.Deferrals[(taskId, seat)] = (device.Operator, amount, payableAt);
        Events.Add(ExpectedEvent.Of("SeatDeferred", taskId, seat, device.Operator, amount, payableAt));
    }

    /// <summary>What a claim says came out: the result of the settlement unless it states its own.</summary>
    internal static Hash256 ResultOf(SeatClaimRecord claim, TaskSettlementRecord settlement) =>
        claim.ResultHash ?? settlement.ResultHash;

    /// <summary>Two of the first three seats, three of the first five, or four of seven.</summary>
    private static bool IsAgreed(int matching) =>
        BitOperations.PopCount((uint)matching & 0x07) >= 2 || BitOperations.PopCount((uint)matching & 0x1f) >= 3 || BitOperations.PopCount((uint)matching) >= 4;
}
