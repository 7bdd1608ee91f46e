using System.Collections.Immutable;
using System.Numerics;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <content>Events of the attendance registry: absences, answers, suspensions and their ends, each derived from its calldata.</content>
internal sealed partial class Replay
{
    /// <summary>Events of the device registry that the transaction at hand still owes.</summary>
    private readonly List<(string Name, Hash256 GpuId)> _due = [];

    /// <summary>Absences that the transaction at hand has reported so far.</summary>
    private int _reported;

    private void TakeAttendance(BlockHeader block, MinedTransaction transaction, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        if (log.Name == "TermsChanged")
        {
            TakeTerms(log, find);
            return;
        }

        if (log.Name is not ("AbsenceReported" or "AbsenceAnswered" or "SilentDeviceSuspended" or "LifeProven"))
        {
            return;
        }

        if (_state.Absences.Terms is not { } terms)
        {
            find(AuditFault.Attendance, "terms of attendance", $"told before {log.Name}", "never told");
            return;
        }

        bool isDirect = transaction.To == _record.Attendance;
        if (!isDirect)
        {
            _book.Cannot($"calldata behind {log.Name} in transaction {transaction.Hash}: it went through contract {transaction.To}, whose calldata is not read here");
        }

        string expected = log.Name switch
        {
            "AbsenceReported" => Report(block, transaction, log, terms, isDirect, find),
            "AbsenceAnswered" => Answer(transaction, log, isDirect, find),
            "SilentDeviceSuspended" => Suspend(block, transaction, log, terms, isDirect, find),
            _ => ProveLife(block, transaction, log, isDirect, find),
        };
        string found = ExpectedEvent.TextOf(log);
        if (expected != found)
        {
            find(AuditFault.Attendance, $"what {log.Name} says", expected, found);
        }
    }

    /// <summary>Every suspension and every end of one has its reason in the same transaction, and every report of a call its event.</summary>
    private void CheckAttendance(MinedTransaction transaction, Action<AuditFault, string, string, string> find)
    {
        foreach ((string name, Hash256 gpuId) in _due)
        {
            find(AuditFault.Attendance, "an event of the device registry", $"{name}({gpuId})", "none");
        }

        if (_reported != 0 && transaction.To == _record.Attendance && AbsenceReportRecord.TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbsenceReportRecord> reports, out _)
            && reports.Length != _reported)
        {
            find(AuditFault.Attendance, "absences that a call reports", $"{reports.Length}", $"{_reported}");
        }

        _due.Clear();
        _reported = 0;
    }

    /// <summary>A device is suspended for absence, or back: for a reason that was there before.</summary>
    private void TakeDue(AuditLog log, Action<AuditFault, string, string, string> find)
    {
        Hash256 gpuId = log["gpuId"].AsHash256();
        if (!_due.Remove((log.Name, gpuId)))
        {
            string reason = log.Name == "DeviceResumed" ? "a proof of life of a suspended device" : "a suspension by the attendance registry, or a registration of a suspended device";
            find(AuditFault.Attendance, $"reason of {log.Name} of device {gpuId}", reason, "none in this transaction");
        }
    }

    private void TakeTerms(AuditLog log, Action<AuditFault, string, string, string> find)
    {
        AttendanceTermsRecord terms = AttendanceTermsRecord.FromAbi(log["terms"]);
        if (terms is not { Absences: >= 2 and <= 16, AnswerWindowSeconds: >= 600 and <= 7 * 86_400, CooldownSeconds: >= 43_200, LongestCooldownSeconds: <= 30 * 86_400, PeriodSeconds: >= 86_400 and <= 90 * 86_400 }
            || terms.CooldownSeconds > terms.LongestCooldownSeconds)
        {
            find(
                AuditFault.Attendance,
                "terms of attendance",
                "2 to 16 absences, 10 minutes to 7 days for an answer, a cooldown of 12 hours to 30 days, a period of 1 to 90 days",
                ExpectedEvent.TextOf(log));
        }

        _state.Absences.Terms = terms;
    }

    private string Report(BlockHeader block, MinedTransaction transaction, AuditLog log, AttendanceTermsRecord terms, bool isDirect, Action<AuditFault, string, string, string> find)
    {
        int position = _reported++;
        if (!isDirect)
        {
            Hash256 named = log["taskId"].AsHash256();
            BatchState? known = _state.Tasks.TryGetValue(named, out (BatchState Batch, uint Index) task) ? task.Batch : null;
            if (known is null || known.BatchId != log["batchId"].AsBigInteger() || task.Index != log["index"].AsUInt32())
            {
                find(AuditFault.Attendance, "task of an absence", "one of a committed batch", ExpectedEvent.TextOf(log));
            }

            ulong until = log["countsFrom"].AsUInt64() - Math.Min(log["countsFrom"].AsUInt64(), terms.AnswerWindowSeconds);
            Keep(log["gpuId"].AsHash256(), named, new ReportedAbsence(known, log["index"].AsUInt32(), log["seat"].AsByte(), until, block.Timestamp, block.Number), find);
            return ExpectedEvent.TextOf(log);
        }

        if (!AbsenceReportRecord.TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbsenceReportRecord> reports, out DecodeFault? fault) || position >= reports.Length)
        {
            return $"calldata that reports it: {fault?.ToString() ?? $"{reports.Length} reports"}";
        }

        AbsenceReportRecord report = reports[position];
        if (!_state.Batches.TryGetValue(report.BatchId, out BatchState? batch))
        {
            return $"nothing: no batch {report.BatchId} was committed";
        }

        MiningTask leaf = MiningTask.From(report.Task);
        Hash256 taskId = _domain.TaskId(batch.BatchId, leaf.Index);
        if (leaf.Index >= batch.TaskCount || !MerkleTree.Verify(batch.Root, leaf.Leaf, report.Proof.AsSpan()) || MiningTask.SecretHash(report.SeatSecret) != leaf.SeatSecretHash)
        {
            find(AuditFault.Attendance, $"task {taskId} of an absence", $"a leaf of batch {batch.BatchId}, and the secret it was committed with", "another");
        }

        if (block.Timestamp > leaf.Deadline)
        {
            find(AuditFault.Attendance, $"time of a report on task {taskId}", $"at most {leaf.Deadline}", $"{block.Timestamp}");
        }

        ImmutableArray<int> slots = SeatsOf(batch, report, leaf, taskId, find);
        if (report.Seat >= slots.Length)
        {
            return $"nothing: task {taskId} has {slots.Length} seats, and seat {report.Seat} was reported";
        }

        RosterSlot device = batch.Roster[slots[report.Seat]].Roster;
        RosterSlot now = _state.Roster.At(slots[report.Seat]).Roster;
        if (now.GpuId != device.GpuId || now.RevokedBlock != 0)
        {
            find(AuditFault.Attendance, $"device {device.GpuId} when it was reported", "in the draws", now.GpuId == device.GpuId ? "revoked, retired or suspended" : $"{now.GpuId} in its slot");
        }

        var absence = new ReportedAbsence(batch, leaf.Index, report.Seat, leaf.Deadline, block.Timestamp, block.Number);
        Keep(device.GpuId, taskId, absence, find);
        _book.Count("absences derived", 1);
        return TextOf(log, device.GpuId, taskId, batch.BatchId, leaf.Index, (uint)report.Seat, leaf.Deadline + terms.AnswerWindowSeconds);
    }

    /// <summary>The slots of a reported task's seats, as far as the report's secrets and the pinned seeds give them.</summary>
    private static ImmutableArray<int> SeatsOf(
        BatchState batch, AbsenceReportRecord report, MiningTask leaf, Hash256 taskId, Action<AuditFault, string, string, string> find)
    {
        if (batch.SeedBlockHash is not { } seed)
        {
            return [];
        }

        ImmutableArray<int> slots = batch.Draw(report.SeatSecret, seed, taskId, leaf.Deadline);
        if (report.Seat < SeatDraw.Seats || slots.Length < SeatDraw.Seats)
        {
            return slots;
        }

        if (report.Opening is not { } opening || opening.SeatSecret != report.SeatSecret)
        {
            find(AuditFault.Attendance, $"secret behind the further seats of task {taskId}", $"what {report.SeatSecret} was made of", $"{report.Opening?.EscalationSecret}");
            return slots;
        }

        return batch.Escalations.TryGetValue(leaf.Index, out EscalationState? escalation) && escalation.SeedBlockHash is { } second
            ? batch.DrawFurther(slots, escalation.Level, opening.EscalationSecret, second, taskId, leaf.Deadline)
            : slots;
    }

    private void Keep(Hash256 gpuId, Hash256 taskId, ReportedAbsence absence, Action<AuditFault, string, string, string> find)
    {
        if (absence.IsPaid)
        {
            find(AuditFault.Attendance, $"seat {absence.Seat} of task {taskId} when it was reported", "not paid", "paid");
        }

        if (!_state.Absences.Of(gpuId).Reported.TryAdd(taskId, absence))
        {
            find(AuditFault.Attendance, $"absence of device {gpuId} from task {taskId}", "reported once", "again");
        }
    }

    private string Answer(MinedTransaction transaction, AuditLog log, bool isDirect, Action<AuditFault, string, string, string> find)
    {
        (Hash256 gpuId, Hash256 taskId, Hash256 resultHash) = (log["gpuId"].AsHash256(), log["taskId"].AsHash256(), log["resultHash"].AsHash256());
        if (isDirect)
        {
            if (!Events.Abi("AttendanceRegistry").Function("answer").TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> call, out DecodeFault? fault))
            {
                return $"calldata of an answer: {fault}";
            }

            (taskId, gpuId, resultHash) = (call[0].AsHash256(), call[2].AsHash256(), call[3].AsHash256());
            Hash256 digest = new WorkStatement(taskId, call[1].AsHash256(), resultHash, gpuId, call[4].AsUInt64()).Digest(_domain);
            Address signer = SignerOf(digest, call[5], call[6]);
            if (!_state.Absences.Keys.TryGetValue(signer, out Hash256 signing) || signing != gpuId)
            {
                find(AuditFault.Attendance, $"signer of an answer of device {gpuId} for task {taskId}", "a key of this device", $"{signer}");
            }
        }

        if (!_state.Absences.Of(gpuId).Reported.TryGetValue(taskId, out ReportedAbsence? absence) || absence.IsAnswered)
        {
            find(AuditFault.Attendance, $"answered absence of device {gpuId} from task {taskId}", "reported and not answered", absence is null ? "never reported" : "answered before");
        }
        else
        {
            absence.IsAnswered = true;
        }

        _book.Count("answers to absences verified", isDirect ? 1 : 0);
        return TextOf(log, gpuId, taskId, resultHash);
    }

    private string Suspend(BlockHeader block, MinedTransaction transaction, AuditLog log, AttendanceTermsRecord terms, bool isDirect, Action<AuditFault, string, string, string> find)
    {
        Hash256 gpuId = log["gpuId"].AsHash256();
        GpuAttendance known = _state.Absences.Of(gpuId);
        ImmutableArray<Hash256> named;
        if (isDirect)
        {
            if (!Events.Abi("AttendanceRegistry").Function("suspend").TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> call, out DecodeFault? fault))
            {
                return $"calldata of a suspension: {fault}";
            }

            gpuId = call[0].AsHash256();
            known = _state.Absences.Of(gpuId);
            named = [.. call[1].Items.Select(task => task.AsHash256())];
        }
        else
        {
            // Whichever the call named, there were as many that count.
            named = [.. known.Reported.Keys.Where(task => WhyNot(block, gpuId, known, task, terms) is null).Take(terms.Absences)];
        }

        if (named.Length != terms.Absences)
        {
            find(AuditFault.Attendance, $"absences that suspend device {gpuId}", $"{terms.Absences}", $"{named.Length}");
        }

        for (int i = 0; i < named.Length; i++)
        {
            if (i > 0 && named[i] <= named[i - 1])
            {
                find(AuditFault.Attendance, $"tasks that suspend device {gpuId}", "ascending, each once", $"{named[i]} after {named[i - 1]}");
            }

            if (WhyNot(block, gpuId, known, named[i], terms) is { } why)
            {
                find(AuditFault.Attendance, $"absence of device {gpuId} from task {named[i]}, for which it is suspended", "one that counts", why);
            }
        }

        if (!_state.Roster.TryFind(gpuId, out RosterDevice? device) || device!.Roster.GpuId != gpuId || device.Roster.RevokedBlock != 0)
        {
            find(AuditFault.Attendance, $"device {gpuId}, which is suspended for absence", "in the draws", "in none");
        }

        ulong resumableAt = AbsenceBook.Suspend(known, terms, block.Timestamp);
        _due.Add(("DeviceSuspendedForAbsence", gpuId));
        _book.Count("suspensions for absence derived", isDirect ? 1 : 0);
        return TextOf(log, gpuId, resumableAt);
    }

    /// <summary>Why an absence does not count now; null if it does.</summary>
    private string? WhyNot(BlockHeader block, Hash256 gpuId, GpuAttendance known, Hash256 taskId, AttendanceTermsRecord terms)
    {
        if (!known.Reported.TryGetValue(taskId, out ReportedAbsence? absence))
        {
            return "never reported";
        }

        ulong countsFrom = absence.Deadline + terms.AnswerWindowSeconds;
        ulong refreshed = _state.Roster.TryFind(gpuId, out RosterDevice? device) ? device!.Roster.RefreshedBlock : 0;
        BigInteger busyUntil = _state.Clocks.GetValueOrDefault(gpuId);
        return absence switch
        {
            { IsAnswered: true } => "answered",
            { IsPaid: true } => $"seat {absence.Seat} was paid",
            _ when block.Timestamp < countsFrom => $"one that counts from {countsFrom}, at {block.Timestamp}",
            _ when known.AliveAt >= absence.ReportedAt => $"reported at {absence.ReportedAt}, proof of life at {known.AliveAt}",
            _ when refreshed >= absence.ReportedBlock => $"reported in block {absence.ReportedBlock}, fresh evidence in block {refreshed}",
            _ when busyUntil > (BigInteger)absence.ReportedAt * 1000 => $"reported at {absence.ReportedAt}, paid work until {busyUntil} ms",
            _ => null,
        };
    }

    private string ProveLife(BlockHeader block, MinedTransaction transaction, AuditLog log, bool isDirect, Action<AuditFault, string, string, string> find)
    {
        (Hash256 gpuId, ulong number) = (log["gpuId"].AsHash256(), log["blockNumber"].AsUInt64());
        Address? signer = null;
        if (isDirect)
        {
            if (!Events.Abi("AttendanceRegistry").Function("proveLife").TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> call, out DecodeFault? fault))
            {
                return $"calldata of a proof of life: {fault}";
            }

            (gpuId, number) = (call[0].AsHash256(), call[1].AsUInt64());
            if (_record.Headers.ContainsKey(number))
            {
                Hash256 digest = new ProofOfLife(gpuId, number, HashOf(number)).Digest(_record.Scope.ChainId, _record.Attendance);
                signer = SignerOf(digest, call[2], call[3]);
            }
            else
            {
                _book.Cannot($"signature of the proof of life in transaction {transaction.Hash}: block {number} was not read");
            }
        }

        GpuAttendance known = _state.Absences.Of(gpuId);
        if (!_state.Roster.TryFind(gpuId, out RosterDevice? device) || device is null || device.Roster.GpuId != gpuId || device.Roster.ValidUntil < block.Timestamp)
        {
            find(AuditFault.Attendance, $"evidence of device {gpuId}, which proves its life", $"valid at {block.Timestamp}", $"until {device?.Roster.ValidUntil ?? 0}");
        }
        else if (signer is { } found && found != device.EnclaveKey)
        {
            find(AuditFault.Attendance, $"signer of a proof of life of device {gpuId}", $"{device.EnclaveKey}", $"{found}");
        }

        if (number >= block.Number || block.Number - number > AttendanceRegistryContract.LifeBlocks || number <= known.ProvenBlock)
        {
            find(
                AuditFault.Attendance,
                $"block that device {gpuId} proves its life with",
                $"one of the last {AttendanceRegistryContract.LifeBlocks} before {block.Number}, after {known.ProvenBlock}",
                $"{number}");
        }

        if (block.Timestamp < known.ResumableAt)
        {
            find(AuditFault.Attendance, $"end of the suspension of device {gpuId}", $"from {known.ResumableAt} on", $"{block.Timestamp}");
        }

        if (AbsenceBook.Prove(known, number, block.Timestamp))
        {
            _due.Add(("DeviceResumed", gpuId));
        }

        _book.Count("proofs of life verified", signer is null ? 0 : 1);
        return TextOf(log, gpuId, number);
    }

    private static Address SignerOf(Hash256 digest, AbiValue r, AbiValue vs) =>
        Signature.TryParseCompact([.. r.AsHash256().ToArray(), .. vs.AsHash256().ToArray()], out Signature signature) && Secp256k1.TryRecover(digest, signature, out Address signer)
            ? signer
            : Address.Zero;

    private static string TextOf(AuditLog log, params ImmutableArray<AbiValue> arguments) => ExpectedEvent.Of(log.Name, arguments).Text;
}
