namespace Ait.Chain.Rpc;

/// <summary>How a JSON-RPC client behaves.</summary>
public sealed record JsonRpcOptions
{
    /// <summary>The time one attempt may take; default 15 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts in all, from 1; only transport faults, 429 and 5xx are tried again. Default 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The longest pause before the second attempt; doubled for each further one. Default 200 ms.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between two attempts; default 5 s.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest answer read, in bytes; default 32 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 32 << 20;
}
