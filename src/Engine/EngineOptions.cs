namespace Ait.Engine;

/// <summary>How to run. No option changes a result.</summary>
public sealed record EngineOptions
{
    /// <summary>The fastest backend, one thread.</summary>
    public static EngineOptions Default { get; } = new();

    /// <summary>The instructions to use. Default: the fastest at hand.</summary>
    public Backend Backend { get; init; } = Backend.Auto;

    /// <summary>Worker threads, the caller's included, 1 to 256. Default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Most prompt tokens of one sequence in one step, 1 to 8192. Default 128.</summary>
    public int PrefillChunk { get; init; } = 128;

    /// <summary>Most sequences in one step, 1 to 1024. Default 8.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Most bytes for caches and buffers, the weights not counted; at least 1. Default 8 GiB.</summary>
    public long MaxMemoryBytes { get; init; } = 8L << 30;

    /// <summary>The first rule that is broken, or null.</summary>
    public EngineRefusal? Check()
    {
        return Ranged("threads", Threads, EngineLimits.MaxThreads)
            ?? Ranged("prefill chunk", PrefillChunk, EngineLimits.MaxPrefillChunk)
            ?? Ranged("batch size", BatchSize, EngineLimits.MaxBatch)
            ?? (MaxMemoryBytes >= 1 ? null : EngineRefusal.Range(EngineRefusalCode.OptionOutOfRange, "memory", 1, long.MaxValue, MaxMemoryBytes))
            ?? Backends.Check(Backend);
    }

    private static EngineRefusal? Ranged(string what, int value, int high) =>
        value >= 1 && value <= high ? null : EngineRefusal.Range(EngineRefusalCode.OptionOutOfRange, what, 1, high, value);
}
