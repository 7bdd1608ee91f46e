using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Gpu;

/// <summary>The kernels, compiled for the host behind the shim, once for each width of a warp.</summary>
internal sealed unsafe class HostKernels
{
    private static readonly string[] Compilers = ["g++", "c++", "clang++"];
    private static readonly Lazy<string?> Compiler = new(FindCompiler);
    private static readonly Lazy<HostKernels> Warp32 = new(() => new HostKernels(32));
    private static readonly Lazy<HostKernels> Warp64 = new(() => new HostKernels(64));

    private readonly delegate* unmanaged[Cdecl]<byte*, uint, uint, uint, uint, void*, int, byte*> _launch;

    private HostKernels(int warp)
    {
        string library = Build($"{KernelSource.Text}\n{KernelLayout.Source}", warp == 64 ? ["-DAIT_HOST_WAVE64"] : []);
        Library = NativeLibrary.Load(library);
        _launch = (delegate* unmanaged[Cdecl]<byte*, uint, uint, uint, uint, void*, int, byte*>)NativeLibrary.GetExport(Library, "ait_launch");
        Warp = ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(Library, "ait_warp"))();
    }

    public nint Library { get; }

    public int Warp { get; }

    /// <summary>The names of all kernels.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            var names = new List<string>();
            var nameOf = (delegate* unmanaged[Cdecl]<int, byte*>)NativeLibrary.GetExport(Library, "ait_kernel");
            for (int i = 0; Marshal.PtrToStringUTF8((nint)nameOf(i)) is { } name; i++)
            {
                names.Add(name);
            }

            return names;
        }
    }

    /// <summary>Why the kernels cannot be compiled here, or null.</summary>
    public static string? Missing => !OperatingSystem.IsLinux()
        ? "the host shim of the GPU kernels is written for Linux"
        : Compiler.Value is null ? $"no C++ compiler found ({string.Join(", ", Compilers)}): the GPU kernels are not checked here" : null;

    public static HostKernels Of(int warp)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? string.Empty);
        return (warp == 64 ? Warp64 : Warp32).Value;
    }

    /// <summary>The shared library of a text, made anew only if text, shim or flags are new.</summary>
    public static string Build(string source, params string[] defines)
    {
        string shim = Path.Combine(AppContext.BaseDirectory, "host");
        string[] flags =
        [
            "-std=c++17", "-O2", "-shared", "-fPIC", "-ffp-contract=off", "-fno-strict-aliasing", "-Wall", "-Wextra", "-Werror", "-DAIT_HOST", .. defines, $"-I{shim}",
        ];
        string content = source + File.ReadAllText(Path.Combine(shim, "host_shim.h")) + string.Join(' ', flags) + Compiler.Value;
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..24];
        string folder = Path.Combine(AppContext.BaseDirectory, "host", "built");
        string library = Path.Combine(folder, $"{name}.so");
        if (File.Exists(library))
        {
            return library;
        }

        Directory.CreateDirectory(folder);
        string unfinished = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText($"{unfinished}.cpp", source);
        (int code, string output) = Run(Compiler.Value!, [.. flags, $"{unfinished}.cpp", "-o", unfinished]); // Callers have asked for Missing.
        Assert.True(code == 0, output);
        File.Delete($"{unfinished}.cpp");
        File.Move(unfinished, library, overwrite: true);
        return library;
    }

    /// <summary>Runs a kernel and returns what went wrong, or null.</summary>
    public string? Launch(string name, in GpuGrid grid, void* arguments, int size)
    {
        // The shim holds one running block.
        lock (this)
        {
            fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            {
                byte* error = _launch(text, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)grid.Threads, arguments, size);
                return Marshal.PtrToStringUTF8((nint)error);
            }
        }
    }

    private static string? FindCompiler()
    {
        foreach (string compiler in Compilers)
        {
            try
            {
                if (Run(compiler, ["--version"]).Code == 0)
                {
                    return compiler;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not installed: the next one.
            }
        }

        return null;
    }

    private static (int Code, string Output) Run(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
