using System.Collections.Immutable;
using System.Numerics;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <content>Events of the mining registry other than settlements.</content>
internal sealed partial class Replay
{
    /// <summary>Blocks from a commitment or an escalation to its seed block.</summary>
    private const ulong SeedDelay = 2;

    private void TakeMining(
        BlockHeader block,
        MinedTransaction transaction,
        AuditLog log,
        Dictionary<Address, BigInteger> mints,
        ref BigInteger burned,
        Action<AuditFault, string, string, string> find)
    {
        switch (log.Name)
        {
            case "BatchCommitted":
                Commit(block, transaction, log, find);
                break;
            case "SeedPinned":
                PinSeed(block, log, find);
                break;
            case "TaskEscalated":
                Escalate(block, transaction, log, find);
                break;
            case "EscalationPinned":
                PinEscalation(block, log, find);
                break;
            case "SeatReleased":
                Release(block, log, mints, find);
                break;
            case "WorkloadOpened":
                _state.Quotes[log["workloadId"].AsHash256()] = log["computeUnits"].AsUInt64();
                break;
            case "Redeemed":
                burned += Redeem(log, find);
                break;
            case "RatesChanged":
                if (!_state.Rates.SetRates(log["mintRate"].AsBigInteger(), log["redeemPrice"].AsBigInteger()))
                {
                    find(AuditFault.Rates, "rates", "seven times the mint rate below the redeem price", ExpectedEvent.TextOf(log));
                }

                break;
            case "ClassRateChanged":
                _state.Rates.SetClassRate(log["class"].AsByte(), log["cuPerHour"].AsUInt32());
                break;
            case "AuditShareChanged":
                _state.Rates.AuditShare = (ushort)log["share"].AsUInt32();
                break;
            case "DurationBoundsChanged":
                _state.Rates.SetBounds((ushort)log["workloadType"].AsUInt32(), log["class"].AsByte(), log["bounds"]);
                break;
            case "CoordinatorChanged":
                _state.Coordinator = log["coordinator"].AsAddress();
                break;
        }
    }

    private void Commit(BlockHeader block, MinedTransaction transaction, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        var batch = new BatchState
        {
            BatchId = log["batchId"].AsUInt64(),
            Root = log["root"].AsHash256(),
            TaskCount = log["taskCount"].AsUInt32(),
            RemainingRedeemed = log["computeUnits"].AsUInt64() - Math.Min(log["computeUnits"].AsUInt64(), log["subsidisedUnits"].AsUInt64()),
            RemainingSubsidised = log["subsidisedUnits"].AsUInt64(),
            LatestDeadline = log["latestDeadline"].AsUInt64(),
            SeedBlock = log["seedBlock"].AsUInt64(),
            RosterLength = log["rosterLength"].AsUInt32(),
            MintRate = log["mintRate"].AsBigInteger(),
            CommitBlock = block.Number,
        };
        if (batch.BatchId != (ulong)_state.Batches.Count + 1 || batch.SeedBlock != block.Number + SeedDelay || batch.MintRate != _state.Rates.MintRate
            || batch.RosterLength > _state.Roster.Length || batch.LatestDeadline <= block.Timestamp)
        {
            find(
                AuditFault.Batch,
                "a commitment",
                $"batch {_state.Batches.Count + 1}, seed block {block.Number + SeedDelay}, rate {_state.Rates.MintRate}, roster of {_state.Roster.Length}, a deadline after {block.Timestamp}",
                ExpectedEvent.TextOf(log));
        }

        if (transaction.To == _record.Scope.MiningRegistry
            && (!Events.Abi("MiningRegistry").Function("commitBatch").TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> arguments, out _)
                || !arguments.SequenceEqual([log["root"], log["taskCount"], batch.RemainingRedeemed, batch.RemainingSubsidised, log["latestDeadline"]])))
        {
            find(AuditFault.Batch, "calldata of a commitment", ExpectedEvent.TextOf(log), "another");
        }

        _chargeable += SeatDraw.Seats * batch.RemainingSubsidised * batch.MintRate;
        _state.Batches[batch.BatchId] = batch;
        for (uint index = 0; index < batch.TaskCount; index++)
        {
            _state.Tasks[_domain.TaskId(batch.BatchId, index)] = (batch, index);
        }

        _book.Count("batches committed", 1);
    }

    private void PinSeed(BlockHeader block, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        if (!_state.Batches.TryGetValue(log["batchId"].AsUInt64(), out BatchState? batch))
        {
            find(AuditFault.Seed, "batch of a seed", "one that was committed", ExpectedEvent.TextOf(log));
            return;
        }

        CheckSeed($"seed of batch {batch.BatchId}", batch.SeedBlock, block, log, find);
        batch.SeedBlockHash = log["seedBlockHash"].AsHash256();
        batch.SeedTime = log["seedTime"].AsUInt64();
    }

    private void Escalate(BlockHeader block, MinedTransaction transaction, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        if (!_state.Tasks.TryGetValue(log["taskId"].AsHash256(), out (BatchState Batch, uint Index) task))
        {
            find(AuditFault.Task, "task of an escalation", "one of a batch", ExpectedEvent.TextOf(log));
            return;
        }

        _chargeable += ChargeOfEscalation(transaction, task.Batch);
        byte level = log["level"].AsByte();
        if (task.Batch.Escalations.TryGetValue(task.Index, out EscalationState? before))
        {
            before.Level = level;
            return;
        }

        ulong seedBlock = log["seedBlock"].AsUInt64();
        if (level != 5 || seedBlock != block.Number + SeedDelay)
        {
            find(AuditFault.Task, "an escalation", $"5 seats, seed block {block.Number + SeedDelay}", ExpectedEvent.TextOf(log));
        }

        task.Batch.Escalations[task.Index] = new EscalationState { Level = level, SeedBlock = seedBlock };
        _book.Count("escalations", 1);
    }

    private void PinEscalation(BlockHeader block, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        if (!_state.Tasks.TryGetValue(log["taskId"].AsHash256(), out (BatchState Batch, uint Index) task)
            || !task.Batch.Escalations.TryGetValue(task.Index, out EscalationState? escalation))
        {
            find(AuditFault.Seed, "task of an escalation's seed", "one that escalated", ExpectedEvent.TextOf(log));
            return;
        }

        CheckSeed($"second seed of task {log["taskId"]}", escalation.SeedBlock, block, log, find);
        escalation.SeedBlockHash = log["seedBlockHash"].AsHash256();
        escalation.SeedTime = log["seedTime"].AsUInt64();
    }

    private void CheckSeed(string what, ulong seedBlock, BlockHeader block, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        Hash256 expected = HashOf(seedBlock);
        if (log["seedBlockHash"].AsHash256() != expected || log["seedTime"].AsUInt64() != block.Timestamp || block.Number <= seedBlock)
        {
            find(AuditFault.Seed, what, $"{expected} of block {seedBlock}, pinned at {block.Timestamp}", ExpectedEvent.TextOf(log));
        }

        _book.Count("seeds held against their blocks", 1);
    }

    private void Release(BlockHeader block, AuditLog log, Dictionary<Address, BigInteger> mints, Action<AuditFault, string, string, string> find)
    {
        (Hash256 Task, int Seat) key = (log["taskId"].AsHash256(), log["seat"].AsByte());
        BigInteger amount = log["amount"].AsBigInteger();
        Address account = log["operator"].AsAddress();
        if (!_state.Deferrals.Remove(key, out (Address Operator, BigInteger Amount, BigInteger PayableAt) waiting)
            || waiting.Amount != amount || waiting.Operator != account || waiting.PayableAt > block.Timestamp)
        {
            find(AuditFault.Mint, "released pay", $"{waiting.Amount} to {waiting.Operator} from {waiting.PayableAt}", ExpectedEvent.TextOf(log));
        }

        mints[account] = mints.GetValueOrDefault(account) + amount;
    }

    /// <summary>Gives credit for what was burned; returns the wei.</summary>
    private BigInteger Redeem(AuditLog log, Action<AuditFault, string, string, string> find)
    {
        Hash256 workload = log["workloadId"].AsHash256();
        BigInteger amount = log["aitAmount"].AsBigInteger();
        ulong units = log["computeUnits"].AsUInt64();
        BigInteger expected = amount / _state.Rates.RedeemPrice;
        if (expected != units || !_state.Quotes.ContainsKey(workload))
        {
            find(AuditFault.Credit, $"credit for {amount} wei on an open workload", $"{expected}", ExpectedEvent.TextOf(log));
        }

        (Address, Hash256) key = (log["account"].AsAddress(), workload);
        _state.Credits[key] = _state.Credits.GetValueOrDefault(key) + units;
        _book.Count("redemptions", 1);
        return amount;
    }
}
