using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Ait.Bench.Attestation;

/// <summary>go-sev-guest's <c>verify.SnpAttestation</c> on the same evidence in the same run, where Go is at hand.</summary>
internal sealed class GoPeer : IDisposable
{
    private readonly string _folder;
    private readonly string _at;
    private readonly List<double> _rates = [];

    private GoPeer(string folder, DateTimeOffset at)
    {
        _folder = folder;
        _at = at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    internal double Rate => _rates.Order().ElementAt(_rates.Count / 2);

    internal double Best => _rates.Max();

    /// <summary>Null, and why, if it cannot be built here.</summary>
    internal static GoPeer? TryBuild(Action<string> writeEvidence, DateTimeOffset at, out string why)
    {
        var peer = new GoPeer(Directory.CreateTempSubdirectory("ait-bench-").FullName, at);
        (int exit, _, why) = Start("go", ["build", "-o", Path.Combine(peer._folder, "peer"), "."], Sources());
        if (exit != 0)
        {
            peer.Dispose();
            return null;
        }

        writeEvidence(peer._folder);
        return peer;
    }

    internal void Round(TimeSpan time)
    {
        (int exit, string output, string error) = Start(
            Path.Combine(_folder, "peer"), [_folder, _at, time.TotalSeconds.ToString(CultureInfo.InvariantCulture)], _folder);
        _rates.Add(exit == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : throw new InvalidOperationException(error));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Sources()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Ait.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new InvalidOperationException("this runs outside the repository"), "bench", "go-sev-guest");
    }

    private static (int Exit, string Output, string Error) Start(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!; // UseShellExecute is off: there is a process
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult().Trim());
        }
        catch (Win32Exception)
        {
            return (-1, string.Empty, $"there is no {program} on the PATH");
        }
    }
}
