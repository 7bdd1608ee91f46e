namespace Ait.Engine.Execution;

/// <summary>Some consecutive tokens of one sequence that go through the model in one step.</summary>
internal sealed class Slice
{
    private KeyValueCache? _cache;

    /// <summary>Where the keys and values of the sequence are kept.</summary>
    public KeyValueCache Cache
    {
        get => _cache ?? throw new InvalidOperationException("The sequence has no pages yet.");
        set => _cache = value;
    }

    /// <summary>Position of the first token.</summary>
    public int Start { get; set; }

    /// <summary>The tokens.</summary>
    public ReadOnlyMemory<int> Tokens { get; set; }

    /// <summary>Whether nothing of the sequence waits after these tokens.</summary>
    public bool IsLast { get; set; }

    /// <summary>Whether the logits after the last token are wanted.</summary>
    public bool WantsLogits { get; set; }

    /// <summary>Row of the logits, once the step is done; −1 if there is none.</summary>
    public int LogitsRow { get; set; }

    /// <summary>How the token after the last one is chosen, for an executor that chooses it itself.</summary>
    public SamplingParameters Sampling { get; set; } = SamplingParameters.Greedy;

    /// <summary>The seed of the choice.</summary>
    public ulong Seed { get; set; }

    /// <summary>The chosen token, once the step is done; −1 if the executor leaves the choice to its caller.</summary>
    public int Token { get; set; } = -1;

    /// <summary>Receives the sum of the normed stream over the positions from <see cref="PoolFrom"/> on; null if it is not wanted.</summary>
    public long[]? Pool { get; set; }

    /// <summary>The first position whose normed stream is wanted.</summary>
    public int PoolFrom { get; set; }

    /// <summary>Whether a value of this sequence has left the range of the arithmetic.</summary>
    public bool Faulted { get; set; }
}
