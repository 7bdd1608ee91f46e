using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ait.Engine.Weights;

/// <summary>
/// Zeroed memory that never moves and begins on a 64-byte boundary; freed by the collector. A span keeps the memory alive,
/// a pointer does not: who works with <see cref="Pointer"/> keeps the buffer reachable until the work is done.
/// </summary>
internal sealed unsafe class AlignedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;

    private readonly byte[] _memory;
    private readonly int _begin;

    public AlignedBuffer(int length)
    {
        Length = length;
        _memory = GC.AllocateArray<byte>(checked((length * sizeof(T)) + Alignment), pinned: true);
        // Pinned for life, so the address is valid while this object is.
        byte* start = (byte*)Unsafe.AsPointer(ref _memory[0]);
        _begin = (int)((Alignment - ((nint)start & (Alignment - 1))) & (Alignment - 1));
        Pointer = (T*)(start + _begin);
    }

    public int Length { get; }

    public T* Pointer { get; }

    public Span<T> Span => MemoryMarshal.Cast<byte, T>(_memory.AsSpan(_begin, Length * sizeof(T)));
}
