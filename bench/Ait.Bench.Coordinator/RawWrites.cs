using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace Ait.Bench.Coordinator;

/// <summary>
/// What PostgreSQL alone does of the same work: in a ledger with seated tasks, one connection a device takes its seats in batches with
/// SKIP LOCKED and writes the rows that the coordinator writes, each batch's lease, commitments and results durable as there. Nothing is
/// read to be judged, nothing is verified, nothing travels over HTTP.
/// </summary>
internal static class RawWrites
{
    /// <summary>Tasks a second whose every row is written.</summary>
    /// <param name="connection">The ledger's database.</param>
    /// <param name="devices">How many devices have seats there.</param>
    /// <param name="tasks">How many tasks are seated there.</param>
    /// <param name="batch">Seats in a transaction.</param>
    internal static async Task<double> MeasureAsync(string connection, int devices, int tasks, int batch)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        var clock = Stopwatch.StartNew();
        int[] written = await Task.WhenAll(Enumerable.Range(0, devices).Select(device => Task.Run(() => WriteAsync(source, device, batch))));
        clock.Stop();
        return written.Sum() == 3 * tasks
            ? tasks / clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{written.Sum()} seats were written of {tasks} tasks.");
    }

    private static async Task<int> WriteAsync(NpgsqlDataSource source, int device, int batch)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using (NpgsqlCommand settings = new("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off", connection))
        {
            await settings.ExecuteNonQueryAsync();
        }

        byte[] gpu = BenchNetwork.GpuId(device).ToArray();
        byte[] account = BenchNetwork.Device(device, 0).EnclaveKey.ToArray();
        byte[] statement = RandomNumberGenerator.GetBytes(Protocol.WorkAttestation.EncodedSize);
        byte[] hash = RandomNumberGenerator.GetBytes(32);
        byte[] transcript = BenchNetwork.Transcript(BenchNetwork.GpuId(device));
        await using var lease = await PrepareAsync(
            connection,
            """
            WITH taken AS (
              UPDATE open_seats SET lease_holder = $2, lease_deadline = 9000000000000, lease_acknowledged = 0
              FROM (SELECT gpu_id, task_key FROM open_seats WHERE gpu_id = $1 AND lease_holder IS NULL ORDER BY task_key LIMIT $3 FOR UPDATE SKIP LOCKED) free
              WHERE open_seats.gpu_id = free.gpu_id AND open_seats.task_key = free.task_key RETURNING open_seats.task_key, open_seats.seat),
            told AS (INSERT INTO events (at, kind, subject, detail) SELECT 0, 'leased', $1, string_agg(task_key::text, ' ') FROM taken HAVING count(*) > 0)
            SELECT task_key, seat FROM taken ORDER BY task_key
            """,
            (NpgsqlDbType.Bytea, gpu), (NpgsqlDbType.Bytea, account), (NpgsqlDbType.Integer, batch));
        const NpgsqlDbType Keys = NpgsqlDbType.Array | NpgsqlDbType.Bigint;

        // One seat of each task tells that its reveal opens, another that it is agreed: each once, as there.
        await using var commit = await PrepareAsync(
            connection,
            """
            WITH v AS (SELECT * FROM unnest($1, $2) AS v(task_key, seat)),
            closed AS (DELETE FROM open_seats WHERE gpu_id = $5 AND task_key = ANY($1)),
            opened AS (UPDATE tasks SET reveal_opened_at = 1, reveal_deadline = 9000000000000 FROM v WHERE tasks.task_key = v.task_key AND v.seat = 2)
            INSERT INTO commitments (task_key, seat, commitment, signer, received_at) SELECT v.task_key, v.seat, $3, $4, 0 FROM v
            """,
            (Keys, Array.Empty<long>()), (Keys, Array.Empty<long>()), (NpgsqlDbType.Bytea, hash), (NpgsqlDbType.Bytea, account), (NpgsqlDbType.Bytea, gpu));
        await using var reveal = await PrepareAsync(
            connection,
            """
            WITH v AS (SELECT * FROM unnest($1, $2) AS v(task_key, seat)),
            agreed AS (INSERT INTO agreements (task_key, result_hash, matching, decided_at) SELECT v.task_key, $3, 7, 0 FROM v WHERE v.seat = 0),
            decided AS (UPDATE tasks SET phase = 3, result_hash = $3 FROM v WHERE tasks.task_key = v.task_key AND v.seat = 0)
            INSERT INTO reveals (task_key, seat, attestation, salt, enclave_key, transcript, received_at) SELECT v.task_key, v.seat, $4, $3, $5, $6, 0 FROM v
            """,
            (Keys, Array.Empty<long>()), (Keys, Array.Empty<long>()), (NpgsqlDbType.Bytea, hash), (NpgsqlDbType.Bytea, statement), (NpgsqlDbType.Bytea, account), (NpgsqlDbType.Bytea, transcript));
        int written = 0;
        while (true)
        {
            List<long> keys = [];
            List<long> seats = [];
            await using (NpgsqlDataReader reader = await lease.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                    keys.Add(reader.GetInt64(0));
                    seats.Add(reader.GetInt64(1));
                }
            }

            if (keys.Count == 0)
            {
                return written;
            }

            foreach (NpgsqlCommand step in new[] { commit, reveal })
            {
                step.Parameters[0].Value = keys.ToArray();
                step.Parameters[1].Value = seats.ToArray();
                await step.ExecuteNonQueryAsync();
            }

            written += keys.Count;
        }
    }

    private static async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection connection, string sql, params (NpgsqlDbType Type, object Value)[] parameters)
    {
#pragma warning disable CA2100 // Literals.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach ((NpgsqlDbType type, object value) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        }

        await command.PrepareAsync();
        return command;
    }
}
