namespace Ait.Engine.Execution;

/// <summary>Takes slices of several sequences through a model together: on the processor, or on a device.</summary>
internal interface IStepExecutor : IDisposable
{
    /// <summary>Whether the logits of a step stay while the next one runs.</summary>
    public bool KeepsLogits { get; }

    /// <summary>Makes room for sequences of so many positions; not while a step runs.</summary>
    public void EnsurePositions(int positions);

    /// <summary>Runs one step. Sets <see cref="Slice.LogitsRow"/> and <see cref="Slice.Faulted"/> of every slice.</summary>
    public void Step(ReadOnlySpan<Slice> slices);

    /// <summary>The logits of a row, as <see cref="Slice.LogitsRow"/> counts them; they are there until the next step, or the one after it if they are kept.</summary>
    public ReadOnlySpan<float> Logits(int row);
}
