namespace Ait.Engine.Training;

/// <summary>Computes the gradients of a step and descends along them: on the processor, or on a device. Not for concurrent callers.</summary>
internal interface ITrainingExecutor : IDisposable
{
    /// <summary>Most windows at once.</summary>
    public int Windows { get; }

    /// <summary>Begins a step: quantises what is trained and forgets the gradients of the step before. False on a numeric fault.</summary>
    public bool Begin();

    /// <summary>
    /// Adds the gradients of windows of length + 1 tokens, and yields their loss in units of 2^-16 binary digits. −1 on a numeric
    /// fault, which may be one that <see cref="Begin"/> met.
    /// </summary>
    public long Add(ReadOnlySpan<ReadOnlyMemory<int>> windows, float share);

    /// <summary>The greatest magnitude of all gradients, as a bit pattern.</summary>
    public int MagnitudeBits();

    /// <summary>Σ rint(g · inverse)² over all gradients.</summary>
    public long SquareSum(float inverse);

    /// <summary>Changes weights and means.</summary>
    public void Descend(in AdamStep step);

    /// <summary>Takes weights and means from the buffers of the decoder's parameters, where somebody changed them.</summary>
    public void Load();

    /// <summary>Sees to it that the buffers of the decoder's parameters hold weights and means.</summary>
    public void Store();
}
