using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Ait.Bench.Coordinator;

/// <summary>A PostgreSQL server of its own on loopback, as durable as the default configuration makes it.</summary>
internal sealed class PostgresInstance : IDisposable
{
    private readonly string _folder;
    private readonly string _programs;
    private readonly int _port;
    private readonly string _settings;

    private PostgresInstance(string folder, string programs, int port, string settings)
    {
        _folder = folder;
        _programs = programs;
        _port = port;
        _settings = settings;
    }

    internal string ConnectionString => ConnectionStringOf("postgres");

    internal string ConnectionStringOf(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database}");

    /// <summary>Starts one; null where PostgreSQL is not installed.</summary>
    /// <param name="settings">Configuration beyond the default, as <c>-c name=value …</c>.</param>
    /// <param name="folder">An empty folder that becomes its own; null makes one.</param>
    internal static PostgresInstance? Start(string settings, string? folder = null)
    {
        string? programs = (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(path => path, StringComparer.Ordinal) : Enumerable.Empty<string>())
            .Select(path => Path.Combine(path, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "pg_ctl")));
        if (programs is null)
        {
            return null;
        }

        folder ??= Directory.CreateTempSubdirectory("ait-postgres-").FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        if (Environment.IsPrivilegedProcess)
        {
            Execute("chown", "postgres", folder); // The server refuses to run as root.
        }

        var server = new PostgresInstance(folder, programs, port, settings);
        server.Control("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust");
        server.Start();
        return server;
    }

    /// <summary>Whether the server's first process is there.</summary>
    internal bool IsRunning => ProcessId() is int process && Directory.Exists($"/proc/{process}");

    /// <summary>Starts it again, after <see cref="Kill"/> or when it ended by itself.</summary>
    internal void Start() => Control(
        "pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "120", "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 {_settings}"), "start");

    /// <summary>SIGKILL to the server's first process; the others end when they notice.</summary>
    internal void Kill()
    {
        if (ProcessId() is int process)
        {
            try
            {
                using var server = Process.GetProcessById(process);
                server.Kill();
            }
            catch (ArgumentException)
            {
                // It has ended already.
            }
        }
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The address of a new, empty database, as a coordinator is told it.</summary>
    internal string CreateDatabase(string name)
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names made here.
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{_port}/{name}");
    }

    /// <summary>Processor time of the server and all its children so far.</summary>
    internal TimeSpan ProcessorTime() => ProcessTimes.Of(ProcessId() ?? throw new InvalidOperationException("PostgreSQL does not run."));

    public void Dispose()
    {
        if (IsRunning)
        {
            Control("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        }

        Directory.Delete(Data, recursive: true);
    }

    private int? ProcessId() => File.Exists(Path.Combine(Data, "postmaster.pid"))
        ? int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture)
        : null;

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
}
