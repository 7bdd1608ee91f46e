using System.Text.RegularExpressions;
using Npgsql;

namespace Ait.Bench.Coordinator;

/// <summary>Where PostgreSQL spends its time, by its own statistics.</summary>
internal static partial class Statements
{
    private const int Most = 24;

    internal static async Task CountAsync(string connection)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The costliest statements of all databases, in microseconds a task.</summary>
    internal static async Task PrintAsync(string connection, int tasks)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand("SELECT (total_exec_time + total_plan_time) * 1000, total_plan_time * 1000, calls, rows, query FROM pg_stat_statements ORDER BY 1 DESC");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        double sum = 0;
        for (int i = 0; await reader.ReadAsync(); i++)
        {
            sum += reader.GetDouble(0);
            if (i < Most)
            {
                Report.Line($"{reader.GetDouble(0) / tasks,8:F1} us a task, {reader.GetDouble(1) / tasks,6:F1} of them to plan, {reader.GetInt64(2),8} calls, {reader.GetInt64(3),9} rows: {Space().Replace(reader.GetString(4), " ")}");
            }
        }

        Report.Line($"{sum / tasks,8:F1} us a task in all statements");
    }

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
