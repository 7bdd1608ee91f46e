using System.Globalization;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Launching;

public sealed class SupervisorTests
{
    [Fact]
    public async Task Start_startsTheProgramAgainIfItIsKilled()
    {
        using var scratch = new ScratchFolder();
        var told = new List<string>();
        Supervisor supervisor = Supervise(scratch, "echo alive; exec sleep 600", told);
        supervisor.Start();
        int first = supervisor.ProcessId ?? 0;
        Assert.NotEqual(0, first);

        supervisor.Signal(UnixProcess.SigKill);
        await UntilAsync(() => supervisor.Starts == 2 && supervisor.ProcessId is not null);

        Assert.NotEqual(first, supervisor.ProcessId);
        Assert.Null(UnixProcess.StartTicks(first));
        Assert.Contains("137", Assert.Single(told), StringComparison.Ordinal);
        await supervisor.StopAsync();
        Assert.Null(supervisor.ProcessId);
    }

    [Fact]
    public async Task Start_saysTheLastWordsOfAProgramThatEnds()
    {
        using var scratch = new ScratchFolder();
        var told = new List<string>();
        Supervisor supervisor = Supervise(scratch, "echo 'no disk left' >&2; exit 2", told);
        supervisor.Start();

        await UntilAsync(() => told.Count > 0);
        await supervisor.StopAsync();

        Assert.Contains("no disk left", told[0], StringComparison.Ordinal);
        Assert.Contains("exit code 2", told[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopAsync_letsTheProgramEndCleanly()
    {
        using var scratch = new ScratchFolder();
        Supervisor supervisor = Supervise(scratch, "trap 'echo goodbye; exit 0' TERM; echo ready; while :; do sleep 0.05; done", []);
        supervisor.Start();
        string log = Path.Combine(scratch.Path, "program.log");
        await UntilAsync(() => File.Exists(log) && File.ReadAllText(log).Contains("ready", StringComparison.Ordinal));

        await supervisor.StopAsync();

        Assert.Contains("goodbye", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(1, supervisor.Starts);
    }

    [Fact]
    public async Task Start_endsALifeThatDoesNotBeginAndTriesAnother()
    {
        using var scratch = new ScratchFolder();
        var told = new List<string>();
        int lives = 0;
        var begun = new TaskCompletionSource();
        Supervisor supervisor = Supervise(scratch, "exec sleep 600", told, async _ =>
        {
            await Task.Yield();
            if (++lives == 1)
            {
                throw new SurroundingsException("it has no first block.");
            }

            begun.SetResult();
        });
        supervisor.Start();

        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, supervisor.Starts);
        Assert.Contains("it has no first block", told[0], StringComparison.Ordinal);
        Assert.Contains("exit code 137", told[1], StringComparison.Ordinal);
        await supervisor.StopAsync();
    }

    [Fact]
    public async Task Start_triesAgainIfTheNextLifeCannotBeStartedYet()
    {
        using var scratch = new ScratchFolder();
        var told = new List<string>();
        int asked = 0;
        var supervisor = new Supervisor(
            () => ++asked == 2 ? throw new IOException("The file is in use.") : Call(scratch, "program", "exec sleep 600"),
            new RunningPrograms(scratch.File("programs.json")), TimeProvider.System, told.Add);
        supervisor.Start();
        supervisor.Signal(UnixProcess.SigKill);
        await UntilAsync(() => supervisor.Starts == 2);
        await supervisor.StopAsync();
        Assert.Equal(3, asked);
        Assert.Contains("cannot be started: The file is in use;", told[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_leavesNoLifeRunningThatALaterRunCouldNotFind()
    {
        using var scratch = new ScratchFolder();
        string list = Directory.CreateDirectory(scratch.File("list")).FullName;
        string lives = scratch.File("lives");
        var told = new List<string>();
        var supervisor = new Supervisor(
            () => Call(scratch, "program", $"echo $$ >> '{lives}'; exec sleep 600"), new RunningPrograms(Path.Combine(list, "programs.json")), TimeProvider.System, told.Add);
        supervisor.Start();
        await UntilAsync(() => File.Exists(lives) && File.ReadAllText(lives).EndsWith('\n'));

        Directory.Delete(list, recursive: true);
        supervisor.Signal(UnixProcess.SigKill);
        await UntilAsync(() => told.Exists(line => line.Contains("cannot be started", StringComparison.Ordinal)));
        Directory.CreateDirectory(list);
        await UntilAsync(() => supervisor.Starts == 2);

        await UntilAsync(() => File.ReadAllLines(lives).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).All(life => life == supervisor.ProcessId || UnixProcess.StartTicks(life) is null));
        await supervisor.StopAsync();
    }

    [Fact]
    public async Task Start_callsOffTheBeginningOfALifeThatIsOver()
    {
        using var scratch = new ScratchFolder();
        var begun = new TaskCompletionSource();
        var over = new TaskCompletionSource();
        Supervisor supervisor = Supervise(scratch, "exec sleep 600", [], async life =>
        {
            using CancellationTokenRegistration registered = life.Register(() => over.TrySetResult());
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, life);
        });
        supervisor.Start();
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);
        supervisor.Signal(UnixProcess.SigKill);

        await over.Task.WaitAsync(TestContext.Current.CancellationToken);
        await supervisor.StopAsync();
    }

    [Fact]
    public async Task EndLeftoversAsync_endsWhatAKilledRunLeftAndNothingElse()
    {
        using var scratch = new ScratchFolder();
        string list = Path.Combine(scratch.Path, "programs.json");
        var running = new RunningPrograms(list);
        using ChildProcess left = ChildProcess.Start(Call(scratch, "left", "exec sleep 600"));
        using ChildProcess other = ChildProcess.Start(Call(scratch, "other", "exec sleep 600"));
        running.Add("left", left);
        // The same process id with another start time is another process: it must live.
        string text = await File.ReadAllTextAsync(list, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            list,
            text.TrimEnd(']') + $",{{\"Name\":\"other\",\"ProcessId\":{other.Id},\"StartTicks\":{(other.StartTicks ?? 0) + 1}}}]",
            TestContext.Current.CancellationToken);

        IReadOnlyList<string> ended = await new RunningPrograms(list).EndLeftoversAsync(TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(["left"], ended);
        await left.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(other.HasExited);
        await other.StopAsync(TimeSpan.FromSeconds(5));
    }

    private static Supervisor Supervise(ScratchFolder scratch, string script, List<string> told, Func<CancellationToken, Task>? begin = null) =>
        new(() => Call(scratch, "program", script), new RunningPrograms(Path.Combine(scratch.Path, "programs.json")), TimeProvider.System, told.Add, begin);

    private static ProgramCall Call(ScratchFolder scratch, string name, string script) =>
        new(name, "/bin/sh", ["-c", script], Path.Combine(scratch.Path, $"{name}.log"));

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
