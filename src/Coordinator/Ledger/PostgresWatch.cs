using System.Collections.Concurrent;
using Npgsql;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// One replica's place among the others: it holds the leader's lock while it can, and passes signals on. The lock belongs to a
/// connection, so a replica that dies or is cut off loses it; the term that grows with each new holder keeps the old one from writing.
/// </summary>
internal sealed class PostgresWatch : IDisposable
{
    private const long LeaderLock = 0x4149545F4C454144; // "AIT_LEAD"
    private const string Channel = "ait";
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(1);

    private readonly PostgresLedger _ledger;
    private readonly Func<NpgsqlConnection> _connect;
    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<string, bool> _unsent = new();
    private readonly SemaphoreSlim _hasUnsent = new(0);
    private readonly Task _watching;
    private readonly Task _announcing;

    internal PostgresWatch(PostgresLedger ledger, Func<NpgsqlConnection> connect)
    {
        _ledger = ledger;
        _connect = connect;
        _watching = RepeatAsync(WatchAsync);
        _announcing = RepeatAsync(AnnounceAsync);
    }

    /// <summary>Sends a signal soon; the same signal again before it is sent is one.</summary>
    internal void Announce(string signal)
    {
        if (_unsent.TryAdd(signal, true))
        {
            _hasUnsent.Release();
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        Task.WaitAll(_watching, _announcing);
        _ending.Dispose();
        _hasUnsent.Dispose();
    }

    /// <summary>Does it again, on a new connection, whenever the last one breaks.</summary>
    private async Task RepeatAsync(Func<NpgsqlConnection, CancellationToken, Task> work)
    {
        await Task.Yield();
        CancellationToken ending = _ending.Token;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = _connect();
                await work(connection, ending);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or LedgerException or InvalidOperationException)
            {
                await Task.WhenAny(Task.Delay(s_beat, ending));
            }
        }
    }

    private async Task WatchAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        connection.Notification += (_, notice) =>
        {
            string[] parts = notice.Payload.Split(' ', 2);
            if (parts.Length == 2 && parts[0] != _self)
            {
                _ledger.Heard?.Invoke(parts[1]);
            }
        };
        try
        {
            await RunAsync(connection, "LISTEN " + Channel, cancellation);
            bool holds = false;
            while (true)
            {
                if (!holds)
                {
                    holds = await RunAsync(connection, $"SELECT pg_try_advisory_lock({LeaderLock})", cancellation) is true;
                    if (holds)
                    {
                        // Waits until what the last leader still writes has ended.
                        _ledger.Leadership.Begin((long)(await RunAsync(connection, "UPDATE leadership SET term = term + 1 RETURNING term", cancellation))!); // One row.
                    }
                }
                else
                {
                    await RunAsync(connection, "SELECT 1", cancellation);
                }

                await connection.WaitAsync(s_beat, cancellation);
            }
        }
        finally
        {
            _ledger.Leadership.End();
        }
    }

    private async Task AnnounceAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        while (true)
        {
            await _hasUnsent.WaitAsync(cancellation);
            foreach (string signal in _unsent.Keys)
            {
                _unsent.TryRemove(signal, out _);
                await using NpgsqlCommand command = connection.CreateCommand();
                command.CommandText = "SELECT pg_notify($1, $2)";
                command.Parameters.Add(new NpgsqlParameter { Value = Channel });
                command.Parameters.Add(new NpgsqlParameter { Value = $"{_self} {signal}" });
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a literal.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellation);
    }
}
