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

    /// <summary>The address of a new database: empty, or a copy of the one at the address of a template, to which nobody is connected.</summary>
    internal string CreateDatabase(string? template = null) => _instance.CreateDatabase("d" + Guid.NewGuid().ToString("N"), template is null ? null : NameOf(template));

    internal void DropDatabase(string address) => _instance.Run($"DROP DATABASE IF EXISTS {NameOf(address)} WITH (FORCE)");

    /// <summary>Ends every connection to a database, as a server that restarts does.</summary>
    internal void CutConnections(string address) =>
        _instance.Run($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NameOf(address)}'");

    private static string NameOf(string address) => new Uri(address).AbsolutePath[1..];

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
