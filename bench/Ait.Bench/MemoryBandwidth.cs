using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ait.Bench;

/// <summary>How fast threads read memory that fits no cache.</summary>
internal sealed unsafe class MemoryBandwidth : IDisposable
{
    private const long Bytes = 512L << 20;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 4096);

    public MemoryBandwidth() => new Span<byte>(_memory, int.MaxValue / 4).Fill(1);

    /// <summary>Bytes per second of processor time and thread, times threads: what the threads read if nobody else runs.</summary>
    public double Measure(int threads)
    {
        long share = Math.Min(Bytes, int.MaxValue / 4) / threads / 256 * 256;
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        var readers = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            byte* from = _memory + (i * share);
            readers[i] = new Thread(() =>
            {
                for (int pass = 0; pass < 4; pass++)
                {
                    Read(from, share);
                }
            });
            readers[i].Start();
        }

        foreach (Thread reader in readers)
        {
            reader.Join();
        }

        process.Refresh();
        double seconds = (process.TotalProcessorTime - before).TotalSeconds;
        return 4.0 * share * threads / (seconds / threads);
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int Read(byte* from, long bytes)
    {
        Vector256<int> a = default, b = default, c = default, d = default;
        for (byte* end = from + bytes; from < end; from += 128)
        {
            a ^= Vector256.LoadAligned((int*)from);
            b ^= Vector256.LoadAligned((int*)(from + 32));
            c ^= Vector256.LoadAligned((int*)(from + 64));
            d ^= Vector256.LoadAligned((int*)(from + 96));
        }

        return Vector256.Sum(a ^ b ^ c ^ d);
    }
}
