using System.Runtime.CompilerServices;

namespace Ait.Engine.Weights;

/// <summary>Zeroed memory that never moves and begins on a 64-byte boundary; freed by the collector.</summary>
internal sealed unsafe class AlignedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;

    // Keeps the pinned memory alive for as long as somebody can reach the pointer through this object.
    private readonly byte[] _memory;

    public AlignedBuffer(int length)
    {
        Length = length;
        _memory = GC.AllocateArray<byte>(checked((length * sizeof(T)) + Alignment), pinned: true);
        // Pinned for life, so the address is valid while this object is.
        byte* start = (byte*)Unsafe.AsPointer(ref _memory[0]);
        Pointer = (T*)(start + ((Alignment - ((nint)start & (Alignment - 1))) & (Alignment - 1)));
    }

    public int Length { get; }

    public T* Pointer { get; }

    public Span<T> Span => new(Pointer, Length);
}
