namespace Ait.Engine.Execution;

/// <summary>Some consecutive tokens of one sequence that go through the model in one step.</summary>
internal sealed class Slice
{
    /// <summary>Where the keys and values of the sequence are kept.</summary>
    public required KeyValueCache Cache { get; init; }

    /// <summary>Position of the first token.</summary>
    public int Start { get; set; }

    /// <summary>The tokens.</summary>
    public ReadOnlyMemory<int> Tokens { get; set; }

    /// <summary>Whether the logits after the last token are wanted.</summary>
    public bool WantsLogits { get; set; }

    /// <summary>Row of the logits, once the step is done; −1 if there is none.</summary>
    public int LogitsRow { get; set; }

    /// <summary>Whether a value of this sequence has left the range of the arithmetic.</summary>
    public bool Faulted { get; set; }
}
