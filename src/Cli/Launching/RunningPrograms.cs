using System.Text.Json;

namespace Ait.Cli.Launching;

/// <summary>
/// The programs started for one state folder, on disk: were we killed, the next start finds what we left behind and ends it,
/// by process id and start time, so that nobody else's process is ever hit.
/// </summary>
internal sealed class RunningPrograms
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly Dictionary<string, RunningProgram> _programs = [];

    internal RunningPrograms(string path) => _path = path;

    internal void Add(string name, ChildProcess child)
    {
        lock (_gate)
        {
            _programs[name] = new RunningProgram(name, child.Id, child.StartTicks ?? 0);
            Write();
        }
    }

    internal void Remove(string name, int processId)
    {
        lock (_gate)
        {
            if (_programs.TryGetValue(name, out RunningProgram? known) && known.ProcessId == processId)
            {
                _programs.Remove(name);
                try
                {
                    Write();
                }
                catch (IOException)
                {
                    // What the file says of a process that is gone misleads nobody: its start time is in it.
                }
            }
        }
    }

    /// <summary>Ends what an earlier run left behind; the names of what it ended.</summary>
    internal async Task<IReadOnlyList<string>> EndLeftoversAsync(TimeProvider clock, CancellationToken cancellation)
    {
        List<RunningProgram> alive = [.. Read(_path).Where(IsAlive)];
        foreach (RunningProgram program in alive)
        {
            _ = UnixProcess.Signal(program.ProcessId, UnixProcess.SigTerm);
        }

        for (int wait = 0; wait < 50 && alive.Exists(IsAlive); wait++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellation).ConfigureAwait(false);
        }

        foreach (RunningProgram program in alive.Where(IsAlive))
        {
            _ = UnixProcess.Signal(program.ProcessId, UnixProcess.SigKill);
        }

        return [.. alive.Select(program => program.Name)];
    }

    internal static IReadOnlyList<RunningProgram> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<List<RunningProgram>>(File.ReadAllText(path)) ?? [];
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            return [];
        }
    }

    internal static bool IsAlive(RunningProgram program) =>
        program.StartTicks != 0 && UnixProcess.StartTicks(program.ProcessId) == program.StartTicks;

    private void Write()
    {
        string next = _path + ".next";
        File.WriteAllText(next, JsonSerializer.Serialize(_programs.Values));
        File.Move(next, _path, overwrite: true);
    }
}
