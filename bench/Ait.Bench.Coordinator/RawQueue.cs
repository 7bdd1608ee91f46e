using System.Diagnostics;
using Npgsql;

namespace Ait.Bench.Coordinator;

/// <summary>What PostgreSQL alone does: connections take jobs in batches with SKIP LOCKED, each batch durable, and nothing else happens.</summary>
internal static class RawQueue
{
    internal const int Connections = 8;

    /// <summary>Jobs a second.</summary>
    internal static async Task<double> MeasureAsync(string connection, int jobs, int batch)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await RunAsync(source, "DROP TABLE IF EXISTS raw_jobs");
        await RunAsync(source, "CREATE TABLE raw_jobs (id BIGINT PRIMARY KEY, state INT NOT NULL, holder INT, payload BYTEA NOT NULL)");
        await RunAsync(source, $"INSERT INTO raw_jobs SELECT n, 0, NULL, sha256(n::text::bytea) FROM generate_series(1, {jobs}) n");
        await RunAsync(source, "CREATE INDEX raw_jobs_waiting ON raw_jobs (id) WHERE state = 0");
        await RunAsync(source, "ANALYZE raw_jobs");
        var clock = Stopwatch.StartNew();
        int[] taken = await Task.WhenAll(Enumerable.Range(0, Connections).Select(holder => Task.Run(() => TakeAsync(source, holder, batch))));
        double rate = taken.Sum() / clock.Elapsed.TotalSeconds;
        await RunAsync(source, "DROP TABLE raw_jobs");
        return rate;
    }

    private static async Task<int> TakeAsync(NpgsqlDataSource source, int holder, int batch)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText =
            """
            UPDATE raw_jobs SET state = 1, holder = $2
            WHERE id = ANY(ARRAY(SELECT id FROM raw_jobs WHERE state = 0 ORDER BY id FOR UPDATE SKIP LOCKED LIMIT $1)) RETURNING id, payload
            """;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = batch });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = holder });
        await command.PrepareAsync();
        int taken = 0;
        while (true)
        {
            int got = 0;
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                got++;
            }

            if (got == 0)
            {
                return taken;
            }

            taken += got;
        }
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
#pragma warning disable CA2100 // Literals and numbers.
        await using NpgsqlCommand command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
