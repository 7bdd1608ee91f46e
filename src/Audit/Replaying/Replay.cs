using System.Collections.Immutable;
using System.Numerics;
using Ait.Audit.Evidencing;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <summary>Goes through a network's life transaction by transaction and holds what the contracts said against what must follow.</summary>
internal sealed partial class Replay
{
    private static readonly ImmutableHashSet<string> s_settlementEvents = ["TasksSettled", "SeatsAdded", "SeatDeferred"];
    private readonly ChainRecord _record;
    private readonly NetworkDomain _domain;
    private readonly AuditBook _book;
    private readonly NetworkState _state = new();
    private readonly CertificateShelf _shelf = new();
    private readonly RegistrationCheck _registrations;
    private readonly bool _checksEvidence;

    internal Replay(ChainRecord record, AuditBook book, bool checksEvidence)
    {
        _record = record;
        _book = book;
        _checksEvidence = checksEvidence;
        _registrations = new RegistrationCheck(_shelf);
        _domain = new NetworkDomain(record.Scope.ChainId, record.Scope.MiningRegistry);
    }

    internal NetworkState State => _state;

    internal void Run(Action<string> tell)
    {
        int done = 0;
        foreach (BlockContent block in _record.Blocks.Values.OrderBy(block => block.Header.Number))
        {
            bool isChecked = block.Header.Number >= _record.FromBlock;
            _book.IsMuted = !isChecked;
            foreach ((MinedTransaction transaction, MinedReceipt receipt) in block.Transactions.Zip(block.Receipts))
            {
                AuditLog[] logs = [.. receipt.Logs.Where(log => _record.Contracts.ContainsKey(log.Address)).Select(Read)];
                if (logs.Length > 0)
                {
                    Take(block.Header, transaction, logs, isChecked);
                }
            }

            CloseBlock(block.Header.Number);
            if (++done % 500 == 0)
            {
                tell($"{done} of {_record.Blocks.Count} blocks replayed");
            }
        }

        _book.IsMuted = false;
    }

    private AuditLog Read(Log log) => new(log, Events.TryDecode(_record.Contracts[log.Address], log));

    /// <summary>Batches draw from the roster as of the end of the block that committed them.</summary>
    private void CloseBlock(ulong block)
    {
        foreach (BatchState batch in _state.Batches.Values.Where(batch => batch.CommitBlock == block))
        {
            batch.Roster = _state.Roster.Take(batch.RosterLength);
        }
    }

    private void Take(BlockHeader block, MinedTransaction transaction, AuditLog[] logs, bool isChecked)
    {
        void Find(AuditFault fault, string what, string expected, string found) => _book.Find(fault, block.Number, transaction.Hash, what, expected, found);
        var mints = new Dictionary<Address, BigInteger>();
        BigInteger burned = 0;
        string[] settled = [.. logs.Where(log => s_settlementEvents.Contains(log.Name) && log.Log.Address == _record.Scope.MiningRegistry).SelectMany(ExpectedEvent.TextsOf)];
        if (settled.Length > 0)
        {
            Settle(block, transaction, logs, settled, mints, Find);
        }

        foreach (AuditLog log in logs)
        {
            if (log.Event is null)
            {
                Find(AuditFault.EventUnknown, $"a log of {_record.Contracts[log.Log.Address]}", "one of its events", log.Log.Topics.IsEmpty ? "no topic" : $"{log.Log.Topics[0]}");
                continue;
            }

            switch (_record.Contracts[log.Log.Address])
            {
                case "MiningRegistry":
                    TakeMining(block, transaction, log, mints, ref burned, Find);
                    break;
                case "SubsidyBudget":
                    TakeSubsidy(block, log, Find);
                    break;
                case "CreditMoves":
                    TakeMove(block, log, Find);
                    break;
                case "DeviceRegistry":
                    TakeDevices(block, transaction, log, isChecked, Find);
                    break;
                case "AttendanceRegistry":
                    TakeAttendance(block, transaction, log, Find);
                    break;
                case "AIToken" when log.Name == "HolderBurned":
                    burned += log["amount"].AsBigInteger();
                    _state.BurnedByHolders += log["amount"].AsBigInteger();
                    _book.Count("burns by holders", 1);
                    break;
                case "NvidiaVerifier" when log.Name == "ReferencesChanged":
                    _registrations.References = log["root"].AsHash256();
                    break;
                case "CertificateCache" or "DcapCertificates" or "DcapCollateral":
                    _shelf.Take(log, transaction);
                    break;
            }
        }

        CheckAttendance(transaction, Find);
        CheckCharges(Find);
        CheckToken(logs, mints, burned, Find);
    }

    /// <summary>Settles the call again and compares; a call through a stranger's contract cannot be read.</summary>
    private void Settle(
        BlockHeader block, MinedTransaction transaction, AuditLog[] logs, string[] settled, Dictionary<Address, BigInteger> mints, Action<AuditFault, string, string, string> find)
    {
        bool isDirect = transaction.To == _record.Scope.MiningRegistry || transaction.To == _record.Inbox;
        if (!isDirect)
        {
            Believe(logs, mints);
            _book.Cannot($"settlement in transaction {transaction.Hash}: it went through contract {transaction.To}, whose calldata is not read here");
            return;
        }

        if (!SettlementCall.TryDecode(transaction.Input.AsSpan(), out SettlementCall? call, out DecodeFault? fault))
        {
            find(AuditFault.Settlement, "calldata of a settlement", "readable", $"{fault}");
            Believe(logs, mints);
            return;
        }

        var replay = new SettlementReplay(_state, _domain, call, block.Number, block.Timestamp, transaction.Hash, find);
        // Only the coordinator and the inbox may add seats to a settled task: an event that says so came from one of them, and each of
        // its tasks is then settled anew; tasks that nothing was added to give no event either way.
        replay.Run(call.ByInbox || logs.Any(log => log.Name == "SeatsAdded"));
        foreach ((Address account, BigInteger amount) in replay.Mints)
        {
            mints[account] = mints.GetValueOrDefault(account) + amount;
        }

        _book.Count("seats drawn again", replay.Seats);
        _book.Count("work attestations verified", replay.Signatures);
        _book.Count("tasks settled again", replay.Events.Count(expected => expected.Name == "TasksSettled"));
        foreach (AuditLog log in logs)
        {
            TakeOutcomes(log);
        }

        string[] expected = [.. replay.Events.Select(entry => entry.Text)];
        for (int i = 0; i < Math.Max(expected.Length, settled.Length); i++)
        {
            string must = i < expected.Length ? expected[i] : "no further event";
            string found = i < settled.Length ? settled[i] : "none";
            if (must != found)
            {
                find(AuditFault.Settlement, "what the settlement says", must, found);
            }
        }
    }

    /// <summary>What the event says of the seats, next to what was drawn.</summary>
    private void TakeOutcomes(AuditLog log)
    {
        foreach (SettledTaskRecord settled in Events.TasksOf(log.Event))
        {
            TakeOutcomes(_domain.TaskId(log["batchId"].AsUInt64(), settled.Index), settled.Seats);
        }

        if (log.Name == "SeatsAdded")
        {
            TakeOutcomes(log["taskId"].AsHash256(), SeatOutcomes.Read(log["seats"].AsBigInteger()));
        }
    }

    private void TakeOutcomes(Hash256 taskId, ImmutableArray<(uint Slot, byte Code)> told)
    {
        if (_state.Settled.TryGetValue(taskId, out SettledTask? task))
        {
            _state.Settled[task.TaskId] = task with
            {
                Seats = [.. task.Seats.Select(seat => seat.Seat < told.Length ? seat with { Settled = told[seat.Seat].Slot, Code = told[seat.Seat].Code } : seat)],
            };
        }
    }

    /// <summary>Takes a settlement's word for what it minted, so that what comes later can still be followed.</summary>
    private static void Believe(AuditLog[] logs, Dictionary<Address, BigInteger> mints)
    {
        foreach (AuditLog transfer in logs.Where(log => log.Name == "Transfer" && log["from"].AsAddress() == Address.Zero))
        {
            Address to = transfer["to"].AsAddress();
            mints[to] = mints.GetValueOrDefault(to) + transfer["value"].AsBigInteger();
        }
    }

    /// <summary>Every mint and burn of the token has its reason in this transaction.</summary>
    private void CheckToken(AuditLog[] logs, Dictionary<Address, BigInteger> mints, BigInteger burned, Action<AuditFault, string, string, string> find)
    {
        AuditLog[] transfers = [.. logs.Where(log => log.Log.Address == _record.Scope.Token && log.Name == "Transfer")];
        var found = new Dictionary<Address, BigInteger>();
        BigInteger gone = 0;
        foreach (AuditLog transfer in transfers)
        {
            BigInteger value = transfer["value"].AsBigInteger();
            if (transfer["from"].AsAddress() == Address.Zero)
            {
                Address to = transfer["to"].AsAddress();
                found[to] = found.GetValueOrDefault(to) + value;
                _state.Minted += value;
            }
            else if (transfer["to"].AsAddress() == Address.Zero)
            {
                gone += value;
                _state.Burned += value;
            }
        }

        foreach (Address account in mints.Keys.Union(found.Keys))
        {
            BigInteger expected = mints.GetValueOrDefault(account);
            if (expected != found.GetValueOrDefault(account))
            {
                find(AuditFault.Mint, $"AIT minted to {account}", $"{expected}", $"{found.GetValueOrDefault(account)}");
            }
        }

        if (burned != gone)
        {
            find(AuditFault.Burn, "AIT burned", $"{burned}", $"{gone}");
        }

        _book.Count("mints attributed to seats", found.Count);
    }

    private Hash256 HashOf(ulong block) => _record.Headers.TryGetValue(block, out (BlockHeader Header, Hash256 ToldHash) header) ? header.Header.Hash : Hash256.Zero;
}
