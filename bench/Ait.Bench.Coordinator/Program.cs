using Ait.Bench.Coordinator;

switch (args)
{
    case [CoordinatorChild.Verb, _, _, _]:
        return await CoordinatorChild.RunAsync(args[1..]);
    case [EchoChild.Verb]:
        return await EchoChild.RunAsync();
}

if (!BenchArguments.TryRead(args, out BenchArguments asked))
{
    Console.Error.WriteLine(BenchArguments.Usage);
    return 2;
}

const double PostgresFloor = 2000;
const double SqliteFloor = 1000;
const int RawJobs = 200_000;
TimeSpan pollInterval = TimeSpan.FromSeconds(20);
string folder = Directory.CreateTempSubdirectory("ait-bench-").FullName;
bool holds = true;
try
{
    Report.Line($"{Environment.ProcessorCount} cores, {Throughput.Miners} miners over loopback, {(asked.IsSingly ? "each seat a request of its own" : $"up to {SimulatedMiner.AtOnce} seats a request")}; load of the machine before: {File.ReadAllText("/proc/loadavg").Trim()}");
    using PostgresInstance? postgres = asked.Store == "sqlite" ? null : PostgresInstance.Start("-c shared_buffers=512MB -c max_wal_size=4GB" + (asked.IsExplained ? " -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track_planning=on" : string.Empty));
    if (postgres is not null)
    {
        if (asked.IsExplained)
        {
            await Statements.CountAsync(postgres.ConnectionString);
        }

        int tasks = asked.Tasks / asked.Rounds;
        double jobs = await RawQueue.MeasureAsync(postgres.SocketConnectionStringOf("postgres"), RawJobs, SimulatedMiner.AtOnce);
        double before = await RawAsync(postgres, "raw_before", tasks);
        var rounds = await Throughput.MeasureAsync(Database(postgres, "bench"), folder, asked.Tasks, asked.Rounds, asked.IsSingly, postgres.ProcessorTime);
        if (asked.IsExplained)
        {
            await Statements.PrintAsync(postgres.ConnectionString, asked.Tasks);
        }

        double after = await RawAsync(postgres, "raw_after", tasks);
        Report.Line($"PostgreSQL: raw SKIP LOCKED batches of {SimulatedMiner.AtOnce} take {jobs:F0} jobs/s, one row updated once each; the rows of {before:F0} and {after:F0} tasks/s are written raw, before and after");
        holds &= Report.Print("PostgreSQL", rounds, PostgresFloor, (before + after) / 2);
        holds &= Report.Print("PostgreSQL", await Polling.MeasureAsync(Database(postgres, "polls"), folder, asked.Devices, pollInterval, 1), asked.Devices);
    }
    else if (asked.Store != "sqlite")
    {
        Report.Line($"PostgreSQL was NOT measured: it is not installed");
    }

    if (asked.Store != "postgres")
    {
        holds &= Report.Print(
            "SQLite", await Throughput.MeasureAsync(Path.Combine(folder, "ledger.db"), folder, asked.Tasks, asked.Rounds, asked.IsSingly, null), SqliteFloor, null);
        holds &= Report.Print("SQLite", await Polling.MeasureAsync(Path.Combine(folder, "polls.db"), folder, asked.Devices, pollInterval, 1), asked.Devices);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

return holds ? 0 : 1;

async Task<double> RawAsync(PostgresInstance postgres, string name, int tasks)
{
    await Throughput.SeatAsync(Database(postgres, name), folder, tasks);
    return await RawWrites.MeasureAsync(postgres.SocketConnectionStringOf(name), Throughput.Miners, tasks, SimulatedMiner.AtOnce);
}

static string Database(PostgresInstance postgres, string name)
{
    postgres.CreateDatabase(name);
    return postgres.SocketAddressOf(name);
}
