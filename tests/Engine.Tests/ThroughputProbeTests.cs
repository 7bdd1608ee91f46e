using Ait.Engine.Tests.Gpu;

namespace Ait.Engine.Tests;

public sealed class ThroughputProbeTests
{
    [Fact]
    public void Probe_countsWhatItDoesOnEveryBackendOfTheProcessor()
    {
        foreach (Backend backend in Backends.OnProcessor.Remove(Backend.Scalar))
        {
            using var probe = new ThroughputProbe(new EngineOptions { Backend = backend, Threads = 2 });
            Assert.Equal(2L * 2048 * 768 * 256, probe.OperationsPerMultiply);
            Assert.Equal(32_768L * 4096, probe.BytesPerRead);
            probe.Multiply();
            probe.Read();
        }
    }

    [Fact]
    public void Probe_runsTheKernelsOfProductsAndOfStreams()
    {
        HostGpu device = TestDevices.OpenHost(TestDevices.Host32);
        int before = device.Blocks;
        device.Launched.Clear();
        using (var probe = new ThroughputProbe(null, device))
        {
            Assert.True(device.Blocks > before);
            probe.Read();
        }

        Assert.Contains(device.Launched, name => name.StartsWith("linear_", StringComparison.Ordinal) && name.EndsWith("_by_16", StringComparison.Ordinal));
        Assert.Equal(before, device.Blocks);
    }

    [Fact]
    public void Probe_refusesInvalidOptions() => Assert.Throws<EngineRefusedException>(() => new ThroughputProbe(new EngineOptions { Threads = 0 }));
}
