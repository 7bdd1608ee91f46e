using Ait.Bench.Coordinator;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A PostgreSQL server of the tests' own, for as long as this process runs; each test makes its own databases in it.</summary>
internal sealed class PostgresServer
{
    private static readonly Lazy<PostgresServer?> s_instance = new(Start);

    private readonly PostgresInstance _instance;

    private PostgresServer(PostgresInstance instance) => _instance = instance;

    /// <summary>Whether this run of the tests is the one over PostgreSQL.</summary>
    internal static bool IsAsked => Environment.GetEnvironmentVariable("AIT_TEST_STORE") == "postgres";

    internal static bool IsInstalled => PostgresInstance.IsInstalled;

    /// <summary>The server; skips the test where there is none.</summary>
    internal static PostgresServer Require()
    {
        Assert.SkipWhen(s_instance.Value is null, "no PostgreSQL: install Debian's package postgresql to run the tests over it");
        return s_instance.Value!; // Skipped above.
    }

    /// <summary>The address of a new, empty database.</summary>
    internal string CreateDatabase() => _instance.CreateDatabase("d" + Guid.NewGuid().ToString("N"));

    internal void DropDatabase(string address) => _instance.Run($"DROP DATABASE IF EXISTS {new Uri(address).AbsolutePath[1..]} WITH (FORCE)");

    /// <summary>Ends every connection to a database, as a server that restarts does.</summary>
    internal void CutConnections(string address) =>
        _instance.Run($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new Uri(address).AbsolutePath[1..]}'");

    private static PostgresServer? Start()
    {
        // Nothing here outlives the tests: it need not be durable.
        if (PostgresInstance.Start("-c fsync=off -c max_connections=400") is not PostgresInstance instance)
        {
            return null;
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => instance.Dispose();
        return new PostgresServer(instance);
    }
}
