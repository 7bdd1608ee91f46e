using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Ait.Bench.Coordinator;

/// <summary>A PostgreSQL server of its own on loopback, as durable as the default configuration makes it unless its settings say otherwise.</summary>
internal sealed class PostgresInstance : IDisposable
{
    // Not in the server's folder, whose path may be too long for a socket, and whose disk may be full.
    private static readonly string s_sockets = Path.GetTempPath();

    private readonly string _folder;
    private readonly bool _isFolderOwn;
    private readonly string _programs;
    private readonly int _port;
    private readonly string _settings;

    private PostgresInstance(string folder, bool isFolderOwn, string programs, int port, string settings)
    {
        _folder = folder;
        _isFolderOwn = isFolderOwn;
        _programs = programs;
        _port = port;
        _settings = settings;
    }

    internal string ConnectionString => ConnectionStringOf("postgres");

    internal string ConnectionStringOf(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database}");

    /// <summary>The same through the server's socket, as whoever runs on the same machine would have it.</summary>
    internal string SocketConnectionStringOf(string database) => string.Create(CultureInfo.InvariantCulture, $"Host={s_sockets};Port={_port};Username=postgres;Database={database}");

    /// <summary>A database's address through the server's socket, as a coordinator is told it.</summary>
    internal string SocketAddressOf(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@localhost:{_port}/{database}?Host={Uri.EscapeDataString(s_sockets)}");

    /// <summary>Starts one; null where PostgreSQL is not installed.</summary>
    /// <param name="settings">Configuration beyond the default, as <c>-c name=value …</c>.</param>
    /// <param name="folder">An empty folder for it; null makes one, which goes with it.</param>
    internal static PostgresInstance? Start(string settings, string? folder = null)
    {
        if (FindPrograms() is not string programs)
        {
            return null;
        }

        bool isFolderOwn = folder is null;
        folder ??= Directory.CreateTempSubdirectory("ait-postgres-").FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        if (Environment.IsPrivilegedProcess)
        {
            Execute("chown", "postgres", folder); // The server refuses to run as root.
        }

        var server = new PostgresInstance(folder, isFolderOwn, programs, port, settings);
        server.Control("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust");
        server.Start();
        return server;
    }

    internal static bool IsInstalled => FindPrograms() is not null;

    /// <summary>Whether the server's first process is there.</summary>
    internal bool IsRunning
    {
        get
        {
            using Process? server = FindProcess();
            return server is not null;
        }
    }

    /// <summary>Starts it again, after <see cref="Kill"/> or when it ended by itself.</summary>
    internal void Start() => Control(
        "pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "120", "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={s_sockets} -c max_connections=200 {_settings}"), "start");

    /// <summary>SIGKILL to the server's first process; the others end when they notice.</summary>
    internal void Kill()
    {
        using Process? server = FindProcess();
        server?.Kill();
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The address of a new database, as a coordinator is told it: empty, or what the template holds, to which nobody may be connected.</summary>
    internal string CreateDatabase(string name, string? template = null)
    {
        Run(template is null ? $"CREATE DATABASE {name}" : $"CREATE DATABASE {name} TEMPLATE {template}");
        return string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{_port}/{name}");
    }

    /// <summary>Runs a statement as the server's own user, on a connection of its own.</summary>
    internal void Run(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names made here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Processor time of the server and all its children so far.</summary>
    internal TimeSpan ProcessorTime() => ProcessTimes.Of(ProcessId() ?? throw new InvalidOperationException("PostgreSQL does not run."));

    public void Dispose()
    {
        if (IsRunning)
        {
            Control("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        }

        Directory.Delete(_isFolderOwn ? _folder : Data, recursive: true);
    }

    private static string? FindPrograms()
    {
        IEnumerable<string> installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(path => path, StringComparer.Ordinal).Select(path => Path.Combine(path, "bin"))
            : [];
        IEnumerable<string> onPath = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return installed.Concat(onPath).FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "pg_ctl")));
    }

    private Process? FindProcess()
    {
        try
        {
            return ProcessId() is int process ? Process.GetProcessById(process) : null;
        }
        catch (ArgumentException)
        {
            return null; // It has ended.
        }
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
