namespace Ait.Engine.Tests.Training;

/// <summary>One state and one loss per step, whatever the backend, the threads and the windows at once.</summary>
public sealed class TrainingHashMatrixTests
{
    // A model that is trained whole, and adapters to a frozen one.
    private static readonly Lazy<Digest[]> s_expected = new(() => ByAll(new EngineOptions { Backend = Backend.Scalar, Threads = 1, BatchSize = 16 }));

    public static TheoryData<Backend, int, int> Options()
    {
        var data = new TheoryData<Backend, int, int>();
        foreach (Backend backend in Backends.Supported.Where(backend => backend != Backend.Gpu))
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

    private static Digest[] ByAll(EngineOptions options)
    {
        (Model model, TrainingRecipe adapters) = TrainingSamples.Adapters;
        return
        [
            TrainingSamples.Run(TrainingSamples.Recipe, new TrainingChunk(0, 2, default), options: options).ResultHash,
            TrainingSamples.Run(adapters, new TrainingChunk(0, 3, default), options: options, model: model).ResultHash,
        ];
    }
}
