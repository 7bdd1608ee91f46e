using System.Runtime.InteropServices;
using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Gpu;

public sealed unsafe class KernelLayoutTests
{
    [Fact]
    public void Arguments_lieAsTheCompilerOfTheKernelsLaysThemOut()
    {
        long* found = (long*)NativeLibrary.GetExport(HostKernels.Of(32).Library, "ait_layout");
        foreach ((string name, long expected) in KernelLayout.Expected())
        {
            Assert.Equal((name, expected), (name, *found++));
        }
    }

    [Fact]
    public void Arguments_haveTheSizesOfTheInterface()
    {
        // Where no C++ compiler is at hand this still pins the structures.
        int[] sizes = [.. KernelLayout.Structures.Select(Marshal.SizeOf)];
        Assert.Equal([32, 40, 48, 128, 80, 72, 40, 216, 16, 152, 48, 24, 56, 40, 32, 24, 8, 24, 48, 96, 184, 200, 96, 112, 96, 48, 24, 40, 40, 64, 40, 80], sizes);
    }

    [Fact]
    public void Launch_refusesArgumentsOfAnotherSize()
    {
        int argument = 0;
        Assert.Contains("arguments", HostKernels.Of(32).Launch("embed", new GpuGrid(1, 1, 1, 256), &argument, sizeof(int)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("if (threadIdx.x < 32) { __syncthreads(); }", "barrier")]
    [InlineData("if (threadIdx.x % 32 != 5) { *a.at = shuffle_xor(1, 1); }", "lane")]
    public void Shim_reportsThreadsThatPartWays(string body, string expected)
    {
        Assert.SkipWhen(HostKernels.Missing is not null, HostKernels.Missing ?? string.Empty);
        string kernel = "namespace ait { struct PartArguments { int* at; }; KERNEL(part, PartArguments, 64) { (void)a; " + body + " } }";
        nint library = NativeLibrary.Load(HostKernels.Build(KernelSource.Text + kernel));
        var launch = (delegate* unmanaged[Cdecl]<byte*, uint, uint, uint, uint, void*, int, byte*>)NativeLibrary.GetExport(library, "ait_launch");
        int target = 0;
        int* address = &target;
        fixed (byte* name = "part\0"u8)
        {
            string? error = Marshal.PtrToStringUTF8((nint)launch(name, 1, 1, 1, 64, &address, sizeof(int*)));
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
    }
}
