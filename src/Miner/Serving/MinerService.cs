using System.Diagnostics;
using Ait.Miner.Configuring;
using Ait.Miner.Running;

namespace Ait.Miner.Serving;

/// <summary>Installs, removes and looks after the miner as a service of this machine.</summary>
internal static class MinerService
{
    /// <summary>Where systemd looks; a unit written elsewhere is not started by this program.</summary>
    public const string DefaultFolder = "/etc/systemd/system";

    public static int Run(OptionsOutcome.Service asked, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
    {
        string file = Path.Combine(asked.Folder, ServiceUnit.Name(asked.GpuUuid.AsSpan()));
        try
        {
            return asked.Command switch
            {
                MinerCommand.ServiceInstall => Install(file, asked, environment, output, error),
                MinerCommand.ServiceUninstall => Uninstall(file, asked, output, error),
                _ => Show(file, output),
            };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"Ait.Miner: {file} cannot be changed: {fault.Message} Run this as root, or name another --unit-dir.");
            return ExitCode.Surroundings;
        }
    }

    private static int Install(string file, OptionsOutcome.Service asked, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
    {
        if (asked.Options is not MinerOptions options || Environment.ProcessPath is not string program)
        {
            throw new UnreachableException(); // The reader checks the options of an installation.
        }

        // Who called sudo owns the key file; root is nobody's miner unless it is asked for so.
        string user = environment.GetValueOrDefault("SUDO_USER") is { Length: > 0 } caller ? caller : Environment.UserName;
        Directory.CreateDirectory(asked.Folder);
        string unfinished = file + ".part";
        File.WriteAllText(unfinished, ServiceUnit.Text(program, user, options, asked.Arguments));
        File.Move(unfinished, file, overwrite: true);
        output.WriteLine($"{file} is written; the miner runs as {user}.");
        return Tell(asked, output, error, ["daemon-reload"], ["enable", "--now", Path.GetFileName(file)]);
    }

    private static int Uninstall(string file, OptionsOutcome.Service asked, TextWriter output, TextWriter error)
    {
        if (!File.Exists(file))
        {
            error.WriteLine($"Ait.Miner: {file} is not there; nothing is installed for this GPU.");
            return ExitCode.Refused;
        }

        // Stopping drains: what was begun is revealed first.
        int code = Tell(asked, output, error, ["disable", "--now", Path.GetFileName(file)]);
        File.Delete(file);
        output.WriteLine($"{file} is removed.");
        return code == ExitCode.Done ? Tell(asked, output, error, ["daemon-reload"]) : code;
    }

    private static int Show(string file, TextWriter output)
    {
        if (!File.Exists(file))
        {
            output.WriteLine($"not installed: {file} is not there.");
            return ExitCode.Refused;
        }

        string? state = Ask(["is-active", Path.GetFileName(file)], out _);
        output.WriteLine($"installed: {file}");
        output.WriteLine(state is null ? "systemd is not at hand here: its state is not known." : $"state: {state}");
        output.WriteLine($"its events: journalctl -u {Path.GetFileName(file)}");
        return state == "active" ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>Has systemd do it, where the unit is one of its own; else says what is to be done.</summary>
    private static int Tell(OptionsOutcome.Service asked, TextWriter output, TextWriter error, params string[][] calls)
    {
        foreach (string[] call in calls)
        {
            string line = $"systemctl {string.Join(' ', call)}";
            if (asked.Folder != DefaultFolder)
            {
                output.WriteLine($"Not done, since {asked.Folder} is not systemd's: {line}");
                continue;
            }

            if (Ask(call, out int code) is not string said || code != 0)
            {
                error.WriteLine($"Ait.Miner: {line} failed. Look at journalctl -xe, then run it by hand.");
                return ExitCode.Surroundings;
            }

            output.Write(said.Length > 0 ? said + Environment.NewLine : string.Empty);
        }

        return ExitCode.Done;
    }

    /// <summary>What systemctl prints; null where there is none.</summary>
    private static string? Ask(string[] arguments, out int code)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo("systemctl", arguments) { RedirectStandardOutput = true });
            string? said = process?.StandardOutput.ReadToEnd().Trim();
            process?.WaitForExit();
            code = process?.ExitCode ?? -1;
            return said;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            code = -1;
            return null;
        }
    }
}
