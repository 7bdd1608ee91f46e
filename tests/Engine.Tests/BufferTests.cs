using Ait.Engine.Weights;

namespace Ait.Engine.Tests;

/// <summary>
/// Gives a test buffers that live until it ends. A pointer does not keep its buffer alive: the collector may take a buffer
/// whose last use by name lies behind, while a kernel still reads through the pointer.
/// </summary>
public abstract class BufferTests : IDisposable
{
    // Reachable, because the runner disposes of the test after its last line.
    private readonly List<object> _kept = [];

    public void Dispose()
    {
        _kept.Clear();
        GC.SuppressFinalize(this);
    }

    private protected AlignedBuffer<T> Aligned<T>(int length)
        where T : unmanaged => Keep(new AlignedBuffer<T>(length));

    private protected PackedMatrix Packed(int rows, int columns) => Keep(new PackedMatrix(rows, columns));

    private protected T Keep<T>(T kept)
        where T : class
    {
        _kept.Add(kept);
        return kept;
    }
}
