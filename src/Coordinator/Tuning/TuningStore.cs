using System.Data.Common;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Ledger;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Tuning;

/// <summary>Jobs of fine-tuning in the ledger. A chunk is bought in the transaction that notes it.</summary>
internal sealed class TuningStore
{
    private const string Select =
        """
        SELECT job_key, job_id, key_id, account, model, recipe, chunk_steps, suffix, metadata, state, created_at, finished_at, error_code, error_message
        FROM tuning_jobs

        """;

    private readonly LedgerDatabase _ledger;
    private readonly PurchaseStore _purchases;

    public TuningStore(LedgerDatabase ledger, PurchaseStore purchases)
    {
        _ledger = ledger;
        _purchases = purchases;
    }

    /// <summary>Begins a job by buying its first chunk; nothing of it stays if the credit does not cover the whole run.</summary>
    internal (TuningJob? Job, Purchase? Refused) Begin(ApiKey key, TuningRequest request) => _ledger.Write("begin job", transaction =>
    {
        if (_purchases.Judge(transaction, key, request.Price.Micro) is Purchase unpaid)
        {
            return ((TuningJob?)null, (Purchase?)unpaid);
        }

        string jobId = "ftjob-" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        transaction.Execute(
            """
            INSERT INTO tuning_jobs (job_id, key_id, account, model, recipe, chunk_steps, suffix, metadata, state, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)
            """,
            jobId, key.KeyId, key.Account, request.Model.Entry.Name, request.Recipe.ToBytes(), request.ChunkSteps, request.Suffix, request.Metadata, transaction.NowMillis);
        TuningJob job = Find(transaction, key.Account, jobId)!; // Just put in.
        Tell(transaction, job, "info", $"Created, {request.Recipe.Steps} steps in chunks of {request.ChunkSteps}.");
        return Continue(transaction, job, key, request.FirstChunk, request.ChunkPrice) is Purchase refused ? throw new LedgerException($"A run that was affordable is not: {refused}.") : (job, null);
    });

    internal TuningJob? Find(Address account, string jobId) => _ledger.Read(transaction => Find(transaction, account, jobId));

    /// <summary>An account's jobs, newest first, behind one if that is named; null if there is no such job.</summary>
    internal IReadOnlyList<TuningJob>? List(Address account, string? after, int limit) => _ledger.Read(transaction =>
        (after is null ? long.MaxValue : Find(transaction, account, after)?.JobKey) is long end
            ? transaction.Query(Select + "WHERE account = $1 AND job_key < $2 ORDER BY job_key DESC LIMIT $3", Read, account, end, (long)limit)
            : null);

    internal IReadOnlyList<TuningJob> Running() => _ledger.Read(transaction => transaction.Query(Select + "WHERE state = 0 ORDER BY job_key", Read));

    /// <summary>The chunks that were bought, in their order.</summary>
    internal IReadOnlyList<TuningChunk> Chunks(TuningJob job) => _ledger.Read(transaction => Chunks(transaction, job));

    /// <summary>What was told of a job, newest first, before an event if that is named.</summary>
    internal IReadOnlyList<TuningEvent> Events(TuningJob job, long before, int limit) => _ledger.Read(transaction => transaction.Query(
        "SELECT event_key, at, level, message, step, loss FROM tuning_events WHERE job_key = $1 AND event_key < $2 ORDER BY event_key DESC LIMIT $3",
        row => new TuningEvent(
            row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), (int?)row.NumberOrNull(4),
            row.NumberOrNull(5) is long loss ? LossOf(job, loss) : null),
        job.JobKey, before, (long)limit));

    /// <summary>Notes what a chunk left, once.</summary>
    internal void Note(TuningJob job, TuningChunk chunk, Hash256 state, long loss) => _ledger.Write("note chunk", transaction =>
    {
        if (transaction.Execute(
            "UPDATE tuning_chunks SET state = $3, loss = $4, agreed_at = $5 WHERE job_key = $1 AND first_step = $2 AND state IS NULL",
            job.JobKey, chunk.FirstStep, state, loss, transaction.NowMillis) == 1)
        {
            Tell(transaction, job, "info", $"Step {chunk.End}/{job.Recipe.Steps}: training loss={LossOf(job, loss):F4}", chunk.End, loss);
        }
    });

    /// <summary>Buys the chunk behind a step if the job still runs; what stands in the way, else null.</summary>
    internal Purchase? Continue(TuningJob job, ApiKey key, Workload workload, ComputeUnits price) => _ledger.Write("continue job", transaction =>
        transaction.Exists("SELECT 1 FROM tuning_jobs WHERE job_key = $1 AND state = 0", job.JobKey) ? Continue(transaction, job, key, workload, price) : null);

    /// <summary>Ends a job that runs; false if it has ended before.</summary>
    internal bool End(TuningJob job, TuningState state, string level, string message, string? errorCode = null) => _ledger.Write("end job", transaction =>
    {
        bool ends = transaction.Execute(
            "UPDATE tuning_jobs SET state = $2, finished_at = $3, error_code = $4, error_message = $5 WHERE job_key = $1 AND state = 0",
            job.JobKey, state, transaction.NowMillis, errorCode, errorCode is null ? null : message) == 1;
        if (ends)
        {
            Tell(transaction, job, level, message);
        }

        return ends;
    });

    private static double LossOf(TuningJob job, long loss) => new TuningChunk(0, 0, 0, 0, null, loss, null).LossPerToken(job.TokensPerStep)!.Value; // It is given one.

    private static TuningJob? Find(LedgerTransaction transaction, Address account, string jobId) =>
        transaction.First(Select + "WHERE job_id = $1 AND account = $2", Read, jobId, account);

    private static List<TuningChunk> Chunks(LedgerTransaction transaction, TuningJob job) => transaction.Query(
        "SELECT first_step, steps, entry_key, charged, state, loss, agreed_at FROM tuning_chunks WHERE job_key = $1 ORDER BY first_step",
        row => new TuningChunk(
            (int)row.GetInt64(0), (int)row.GetInt64(1), row.GetInt64(2), row.Unsigned(3), row.HashOrNull(4), row.NumberOrNull(5), row.NumberOrNull(6)),
        job.JobKey);

    private static void Tell(LedgerTransaction transaction, TuningJob job, string level, string message, int? step = null, long? loss = null) => transaction.Execute(
        "INSERT INTO tuning_events (job_key, at, level, message, step, loss) VALUES ($1, $2, $3, $4, $5, $6)",
        job.JobKey, transaction.NowMillis, level, message, (long?)step, loss);

    private static TuningJob Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.Address(3), row.GetString(4),
        TrainingRecipe.TryParse(row.Bytes(5), out TrainingRecipe? recipe, out EngineRefusal? refusal)
            ? recipe
            : throw new LedgerException($"The ledger holds a recipe that this program does not read ({refusal}); update it."),
        (int)row.GetInt64(6), row.TextOrNull(7), row.GetString(8), (TuningState)row.GetInt64(9), row.GetInt64(10), row.NumberOrNull(11), row.TextOrNull(12), row.TextOrNull(13));

    private Purchase? Continue(LedgerTransaction transaction, TuningJob job, ApiKey key, Workload workload, ComputeUnits price)
    {
        Purchase purchase = _purchases.Buy(transaction, key, workload, price);
        if (purchase is not Purchase.Bought bought)
        {
            return purchase;
        }

        TrainingTerms terms = workload.Training!; // Chunks are of training.
        transaction.Execute(
            "INSERT INTO tuning_chunks (job_key, first_step, steps, entry_key, charged) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            job.JobKey, (long)terms.FirstStep, (long)terms.Steps, bought.EntryKey, bought.Charged);
        return null;
    }
}
