using Ait.Engine.Gpu;
using Ait.Engine.Tests.Gpu;

namespace Ait.Engine.Tests.Training;

/// <summary>One state and one loss per step, whatever the backend, the threads and the windows at once.</summary>
public sealed class TrainingHashMatrixTests
{
    // A model that is trained whole, and adapters to a frozen one.
    private static readonly Lazy<Digest[]> s_expected = new(() => ByAll(new EngineOptions { Backend = Backend.Scalar, Threads = 1, BatchSize = 16 }));

    public static TheoryData<Backend, int, int> Options()
    {
        var data = new TheoryData<Backend, int, int>();
        foreach (Backend backend in Backends.OnProcessor)
        {
            foreach (int threads in new[] { 1, 2 })
            {
                foreach (int windows in new[] { 1, 4, 16 })
                {
                    data.Add(backend, threads, windows);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Run_givesOneHash(Backend backend, int threads, int windows)
    {
        Digest[] found = ByAll(new EngineOptions { Backend = backend, Threads = threads, BatchSize = windows });
        TestContext.Current.TestOutputHelper?.WriteLine($"{backend,-10} threads {threads} windows {windows,2}: {string.Join(' ', found)}");
        Assert.Equal(s_expected.Value, found);
    }

    public static TheoryData<string, int> OnDevices()
    {
        var data = new TheoryData<string, int>();
        foreach (string device in new[] { TestDevices.Host32, TestDevices.Host64, TestDevices.Real })
        {
            foreach (int windows in new[] { 1, 4, 16 })
            {
                data.Add(device, windows);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(OnDevices))]
    public void Run_givesTheSameHashByTheKernelsOfGpus(string deviceName, int windows)
    {
        IGpuDevice device = TestDevices.Open(deviceName);
        Digest[] found = ByAll(new EngineOptions { BatchSize = windows }, device);
        TestContext.Current.TestOutputHelper?.WriteLine($"GPU kernels on {device.Name}, windows {windows,2}: {string.Join(' ', found)}");
        Assert.Equal(s_expected.Value, found);
    }

    [Fact]
    public void Run_givesTheSameHashThroughTheVendorsLibrary()
    {
        HostGpu device = TestDevices.OpenHost(TestDevices.Host32, hasProducts: true);
        Assert.Equal(s_expected.Value, ByAll(new EngineOptions { BatchSize = 16 }, device));
        Assert.True(device.Products > 0);
    }

    private static Digest[] ByAll(EngineOptions options, IGpuDevice? device = null)
    {
        // Windows of one tile: kernels on the host are slow, and the vectors have longer ones.
        (Model model, TrainingRecipe adapters) = TrainingSamples.Adapters;
        return [Hash(TrainingSamples.Recipe with { SequenceLength = 16 }, 2, null), Hash(adapters with { SequenceLength = 16 }, 2, model)];

        Digest Hash(TrainingRecipe recipe, int steps, Model? from)
        {
            using Trainer trainer = TrainingSamples.Open(recipe, options, from, device: device);
            return trainer.Run(new TrainingChunk(0, steps, default), null, TestContext.Current.CancellationToken).ResultHash;
        }
    }
}
