using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A PostgreSQL server of its own on loopback, in a folder of its own, for as long as this process runs.</summary>
internal sealed class PostgresServer
{
    private static readonly Lazy<PostgresServer?> s_instance = new(Start);

    private readonly string _folder;
    private readonly string _programs;
    private readonly int _port;

    private PostgresServer(string folder, string programs, int port)
    {
        _folder = folder;
        _programs = programs;
        _port = port;
    }

    /// <summary>Whether this run of the tests is the one over PostgreSQL.</summary>
    internal static bool IsAsked => Environment.GetEnvironmentVariable("AIT_TEST_STORE") == "postgres";

    internal static bool IsInstalled => FindPrograms() is not null;

    /// <summary>The server; skips the test where there is none.</summary>
    internal static PostgresServer Require()
    {
        Assert.SkipWhen(s_instance.Value is null, "no PostgreSQL: install Debian's package postgresql to run the tests over it");
        return s_instance.Value!; // Skipped above.
    }

    /// <summary>The address of a new, empty database.</summary>
    internal string CreateDatabase()
    {
        string name = "d" + Guid.NewGuid().ToString("N");
        Run($"CREATE DATABASE {name}");
        return Address(name);
    }

    internal void DropDatabase(string address) => Run($"DROP DATABASE IF EXISTS {new Uri(address).AbsolutePath[1..]} WITH (FORCE)");

    /// <summary>Ends every connection to a database, as a server that restarts does.</summary>
    internal void CutConnections(string address) =>
        Run($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new Uri(address).AbsolutePath[1..]}'");

    private string Address(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{_port}/{database}");

    private void Run(string sql)
    {
        using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Pooling=false");
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names made here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static PostgresServer? Start()
    {
        if (FindPrograms() is not string programs)
        {
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("ait-postgres-").FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var server = new PostgresServer(folder, programs, port);
        if (Environment.IsPrivilegedProcess)
        {
            Execute("chown", "postgres", folder); // The server refuses to run as root.
        }

        server.Control("initdb", "-D", Path.Combine(folder, "data"), "-U", "postgres", "-A", "trust", "-N");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Stop();
        server.Control(
            "pg_ctl", "-D", Path.Combine(folder, "data"), "-l", Path.Combine(folder, "log"), "-w", "-t", "120",
            "-o", string.Create(CultureInfo.InvariantCulture, $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=400"), "start");
        return server;
    }

    private void Stop()
    {
        Control("pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private void Control(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (Environment.IsPrivilegedProcess)
        {
            Execute("runuser", ["-u", "postgres", "--", path, .. arguments]);
        }
        else
        {
            Execute(path, arguments);
        }
    }

    private static void Execute(string program, params string[] arguments)
    {
        // The server keeps what it inherits open: nothing of ours is handed on.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
        }
    }

    private static string? FindPrograms()
    {
        IEnumerable<string> installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [];
        IEnumerable<string> onPath = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return installed.Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }
}
