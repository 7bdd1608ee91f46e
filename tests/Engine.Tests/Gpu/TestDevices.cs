using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Gpu;

/// <summary>Where the kernels run in the tests: on the host with either width of a warp, and on the GPU where there is one.</summary>
internal static class TestDevices
{
    public const string Host32 = "host, 32 lanes";
    public const string Host64 = "host, 64 lanes";
    public const string Real = "GPU";

    public static TheoryData<string> All => [Host32, Host64, Real];

    /// <summary>The host with either width of a warp; with products it has what the vendor's library is on a GPU.</summary>
    public static HostGpu OpenHost(string name, int multiprocessors = 4, bool hasProducts = false) =>
        new(name == Host64 ? 64 : 32, multiprocessors, hasProducts);

    /// <summary>The device of the name; skips, and says why, where it is not at hand.</summary>
    public static IGpuDevice Open(string name, int multiprocessors = 4)
    {
        Assert.SkipWhen(name == Real && GpuBackend.Device is null, $"no GPU: {GpuBackend.Absence}");
        return name switch
        {
            Host32 or Host64 => OpenHost(name, multiprocessors),
            _ => GpuBackend.Device!, // Asked above.
        };
    }
}
