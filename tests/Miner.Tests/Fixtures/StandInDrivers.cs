using System.Diagnostics;
using System.Runtime.InteropServices;
using Ait.Miner.Collecting;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>A library compiled from C that answers as NVML and AMD SMI do; the bindings of this process are led to it.</summary>
public sealed unsafe class StandInDrivers : IDisposable
{
    private static nint s_library;
    private readonly TemporaryFolder _folder = new();
    private readonly delegate* unmanaged<int, int, void> _set;
    private readonly delegate* unmanaged<int, int> _get;

    static StandInDrivers() => NativeLibrary.SetDllImportResolver(
        typeof(NvidiaDriver).Assembly,
        (name, _, _) => name is "libnvidia-ml.so.1" or "libamd_smi.so" ? s_library : 0);

    public StandInDrivers()
    {
        string library = _folder.File("libstandin.so");
        if (Compile("cc", Path.Combine(Programs.Root, "tests", "Miner.Tests", "Native", "stand-in-drivers.c"), library) is string problem)
        {
            Missing = problem;
            return;
        }

        s_library = NativeLibrary.Load(library);
        _set = (delegate* unmanaged<int, int, void>)NativeLibrary.GetExport(s_library, "stand_in_set");
        _get = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(s_library, "stand_in_get");
    }

    /// <summary>Why there is no such library; null if there is.</summary>
    public string? Missing { get; }

    internal void Set(Choice what, int value) => _set((int)what, value);

    /// <summary>Opened and not closed.</summary>
    public int OpenCount => _get((int)Choice.Opened);

    /// <summary>Back to a driver that is there and shows nothing.</summary>
    public void Reset()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? string.Empty);
        foreach (Choice choice in Enum.GetValues<Choice>())
        {
            Set(choice, 0);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string? Compile(string compiler, string source, string library)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(compiler, ["-shared", "-fPIC", "-o", library, source]))!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{compiler} does not compile the stand-in drivers";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return $"no C compiler ({compiler}) to compile the stand-in drivers with";
        }
    }

    internal enum Choice
    {
        Init,
        Count,
        Name,
        Feature,
        DeveloperTools,
        MultiGpu,
        ReportCode,
        ReportSize,
        CertificateSize,
        Opened,
        UuidKind,
    }
}
