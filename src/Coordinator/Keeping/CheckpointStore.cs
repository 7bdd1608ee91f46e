using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Keeping;

/// <summary>
/// Checkpoints of training in the ledger, in parts, so that any replica has them. Only one that an agreement names is taken, from a seat
/// that agreed, and it is there for others once all of it has its digest.
/// </summary>
internal sealed class CheckpointStore
{
    /// <summary>Parts of an upload that nobody finishes are forgotten after this.</summary>
    private static readonly TimeSpan s_unfinished = TimeSpan.FromHours(1);

    private readonly LedgerDatabase _ledger;
    private readonly long _space;

    public CheckpointStore(LedgerDatabase ledger, CoordinatorOptions options)
    {
        _ledger = ledger;
        _space = options.CheckpointSpace;
    }

    /// <summary>A whole checkpoint; null if it is not here.</summary>
    internal CheckpointResponse? Find(Hash256 digest) => _ledger.Read(transaction => Find(transaction, digest));

    /// <summary>The same with the digests of its parts.</summary>
    internal CheckpointResponse? Show(Hash256 digest) => _ledger.Read(transaction => Find(transaction, digest) is CheckpointResponse found
        ? found with
        {
            PartDigests = transaction.Query(
                "SELECT p.part_digest FROM checkpoint_parts p JOIN checkpoints c ON c.digest = p.digest AND c.uploader = p.uploader WHERE p.digest = $1 ORDER BY p.part",
                row => row.Hash(0), digest),
        }
        : null);

    /// <summary>A part of a whole checkpoint; null if it is not here.</summary>
    internal byte[]? Part(Hash256 digest, int part) => _ledger.Read(transaction => transaction.First(
        "SELECT p.content FROM checkpoint_parts p JOIN checkpoints c ON c.digest = p.digest AND c.uploader = p.uploader WHERE p.digest = $1 AND p.part = $2",
        row => row.Bytes(0), digest, (long)part));

    /// <summary>Takes a part from a device with a seat at the task that left the checkpoint. The same part again changes nothing.</summary>
    internal (CheckpointResponse? Now, Refusal? Refusal) Put(Hash256 digest, int part, Hash256 taskId, Hash256 gpuId, byte[] content)
    {
        (CheckpointResponse? now, Refusal? refusal) = _ledger.Write("keep part of checkpoint", transaction =>
        {
            if (Find(transaction, digest) is CheckpointResponse whole)
            {
                return (whole, (Refusal?)null);
            }

            if (JudgePart(transaction, digest, part, taskId, gpuId, content, out long length) is Refusal unfit)
            {
                return ((CheckpointResponse?)null, unfit);
            }

            transaction.Execute(
                "INSERT INTO checkpoint_parts (digest, uploader, part, part_digest, content, received_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                digest, gpuId, (long)part, new Hash256(SHA256.HashData(content)), content, transaction.NowMillis);
            List<long> there = transaction.Query("SELECT part FROM checkpoint_parts WHERE digest = $1 AND uploader = $2 ORDER BY part", row => row.GetInt64(0), digest, gpuId);
            int next = there.TakeWhile((found, index) => found == index).Count();
            return (new CheckpointResponse(digest, length, CheckpointResponse.PartsOf(length), next), null);
        });

        return now is not null && now.Next == now.Parts && Find(digest) is null ? Finish(now, gpuId) : (now, refusal);
    }

    /// <summary>Forgets the parts of uploads that were given up.</summary>
    internal void ForgetUnfinished() => _ledger.Write("forget parts of checkpoints", transaction => transaction.Execute(
        "DELETE FROM checkpoint_parts WHERE received_at < $1 AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.digest = checkpoint_parts.digest)",
        transaction.NowMillis - (long)s_unfinished.TotalMilliseconds));

    private static CheckpointResponse? Find(LedgerTransaction transaction, Hash256 digest) => transaction.First(
        "SELECT length FROM checkpoints WHERE digest = $1",
        row => new CheckpointResponse(digest, row.GetInt64(0), CheckpointResponse.PartsOf(row.GetInt64(0)), CheckpointResponse.PartsOf(row.GetInt64(0))), digest);

    private static Refusal Refuse(string title, string expected, string found) => new(
        ProblemCodes.CheckpointRefused, title, expected, found,
        "Send the checkpoint of a chunk that this device trained and that agreed, in parts of 1 MiB in any order, the last one shorter.");

    private Refusal? JudgePart(LedgerTransaction transaction, Hash256 digest, int part, Hash256 taskId, Hash256 gpuId, byte[] content, out long length)
    {
        length = 0;
        if (StateOf(transaction, taskId, gpuId) is not (Digest state, TrainingRecipe recipe) || new Hash256(state.ToBytes()) != digest)
        {
            return Refuse("No agreed chunk of training of this device leaves this checkpoint.", "the checkpoint of an agreed chunk", $"{digest} for task {taskId}");
        }

        length = recipe.CheckpointLength;
        long most = Math.Min(_space, CheckpointResponse.MaxLength);
        if (length > most)
        {
            return Refuse("The checkpoint is larger than this coordinator keeps.", $"at most {most} bytes", $"{length} bytes");
        }

        int parts = CheckpointResponse.PartsOf(length);
        return part >= parts || content.Length != CheckpointResponse.LengthOfPart(length, part)
            ? Refuse("This is not a part of the checkpoint.", $"{parts} parts, {length} bytes in all", $"part {part} of {content.Length} bytes")
            : null;
    }

    /// <summary>What the agreed result of a device's seat says was left, and the run's recipe; null if there is no such result.</summary>
    private static (Digest State, TrainingRecipe Recipe)? StateOf(LedgerTransaction transaction, Hash256 taskId, Hash256 gpuId)
    {
        (byte[] Workload, byte[] Outcome)[] found =
        [
            .. transaction.Query(
                """
                SELECT w.encoding, r.transcript FROM tasks t JOIN workloads w ON w.workload_hash = t.workload_hash
                JOIN seats s ON s.task_key = t.task_key JOIN reveals r ON r.task_key = s.task_key AND r.seat = s.seat
                WHERE t.task_id = $1 AND s.gpu_id = $2 AND t.phase IN (3, 4) AND substr(r.attestation, 65, 32) = t.result_hash
                """,
                row => (row.Bytes(0), row.Bytes(1)), taskId, gpuId),
        ];
        return found.Length == 1
            && Workload.TryParse(found[0].Workload, out Workload? workload, out _)
            && workload.Training is TrainingTerms terms
            && TrainingRecipe.TryParse(terms.Recipe.AsSpan(), out TrainingRecipe? recipe, out _)
            && TrainingOutcome.TryParse(found[0].Outcome, out TrainingOutcome? outcome, out _)
            && outcome is { Finish: TrainingFinish.Done, State: Digest state }
            ? (state, recipe)
            : null;
    }

    private (CheckpointResponse? Now, Refusal? Refusal) Finish(CheckpointResponse all, Hash256 uploader)
    {
        Hash256 found = _ledger.Read(transaction =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int part = 0; part < all.Parts; part++)
            {
                byte[]? content = transaction.First(
                    "SELECT content FROM checkpoint_parts WHERE digest = $1 AND uploader = $2 AND part = $3", row => row.Bytes(0), all.Digest, uploader, (long)part);
                hash.AppendData(content ?? []);
            }

            return new Hash256(hash.GetHashAndReset());
        });
        return _ledger.Write("finish checkpoint", transaction =>
        {
            // Between the two, housekeeping may have forgotten an upload that took too long.
            long there = transaction.Number("SELECT count(*) FROM checkpoint_parts WHERE digest = $1 AND uploader = $2", all.Digest, uploader);
            if (found != all.Digest || there != all.Parts)
            {
                transaction.Execute("DELETE FROM checkpoint_parts WHERE digest = $1 AND uploader = $2", all.Digest, uploader);
                return ((CheckpointResponse?)null, (Refusal?)Refuse("The parts do not make the checkpoint; they are forgotten.", all.Digest.ToString(), found.ToString()));
            }

            transaction.Execute(
                "INSERT INTO checkpoints (digest, uploader, length, kept_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                all.Digest, uploader, all.Length, transaction.NowMillis);
            transaction.Execute(
                "DELETE FROM checkpoint_parts WHERE digest = $1 AND uploader <> (SELECT uploader FROM checkpoints WHERE digest = $1)", all.Digest);
            transaction.Record("checkpoint kept", all.Digest.ToArray(), $"{all.Length} bytes, from {uploader}");
            MakeRoom(transaction);
            return (all, null);
        });
    }

    /// <summary>Lets the oldest go until what is kept fits.</summary>
    private void MakeRoom(LedgerTransaction transaction)
    {
        long used = 0;
        foreach ((byte[] digest, long length) in transaction.Query("SELECT digest, length FROM checkpoints ORDER BY kept_at DESC", row => (row.Bytes(0), row.GetInt64(1))))
        {
            used += length;
            if (used > _space)
            {
                transaction.Execute("DELETE FROM checkpoint_parts WHERE digest = $1", digest);
                transaction.Execute("DELETE FROM checkpoints WHERE digest = $1", digest);
                transaction.Record("checkpoint forgotten", digest, $"{length} bytes");
            }
        }
    }
}
