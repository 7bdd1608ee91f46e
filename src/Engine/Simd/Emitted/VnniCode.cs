using System.Runtime.Intrinsics.X86;
using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Simd.Emitted;

/// <summary>The emitted tile products for 1 to 16 rows, made once per process if processor and system allow it.</summary>
internal sealed unsafe class VnniCode
{
    // Leaf 7, ECX bit 11: AVX512_VNNI.
    private const int VnniBit = 11;

    private static readonly Lazy<VnniCode?> Shared = new(TryCreate);

    private readonly ExecutableMemory _memory;
    private readonly nint[] _entries;

    private VnniCode(ExecutableMemory memory, int[] offsets)
    {
        _memory = memory;
        // The process keeps the only instance, and with it the memory, until it ends.
        _entries = [.. offsets.Select(offset => _memory.DangerousGetHandle() + offset)];
    }

    /// <summary>The code, or null where it cannot run.</summary>
    public static VnniCode? Instance => Shared.Value;

    /// <summary>
    /// Sums of a tile: line r, lane n is Σ x[r, k] · (panel[n, k] + 128) mod 2^32 over 4 · groups columns. The call is
    /// short, so the collector waits for it.
    /// </summary>
    public void Multiply(int rows, sbyte* panel, sbyte* x, long groups, int* sums) =>
        ((delegate* unmanaged[Cdecl, SuppressGCTransition]<sbyte*, sbyte*, long, int*, void>)_entries[rows - 1])(panel, x, groups, sums);

    private static VnniCode? TryCreate()
    {
        if (!Avx512Kernels.IsSupported || !X86Base.IsSupported || ((X86Base.CpuId(7, 0).Ecx >> VnniBit) & 1) == 0)
        {
            return null;
        }

        var code = new List<byte>();
        int[] offsets = new int[Activations.TileRows];
        for (int rows = 1; rows <= offsets.Length; rows++)
        {
            while (code.Count % 64 != 0)
            {
                code.Add(0xCC);
            }

            offsets[rows - 1] = code.Count;
            code.AddRange(VnniAssembler.Emit(rows));
        }

        return ExecutableMemory.TryCreate([.. code]) is { } memory && new VnniCode(memory, offsets) is var made && made.IsRight() ? made : null;
    }

    /// <summary>Multiplies extreme values once with every entry: what is not right to the bit is not used.</summary>
    private bool IsRight()
    {
        const int Columns = 16;
        sbyte* panel = stackalloc sbyte[PackedMatrix.PanelRows * Columns];
        sbyte* x = stackalloc sbyte[Activations.TileRows * Columns];
        int* sums = stackalloc int[Activations.TileRows * PackedMatrix.PanelRows];
        for (int i = 0; i < PackedMatrix.PanelRows * Columns; i++)
        {
            panel[i] = (sbyte)((i * 37 % 255) - 127);
            x[i] = (sbyte)((i * 101 % 255) - 127);
        }

        for (int rows = 1; rows <= Activations.TileRows; rows++)
        {
            Multiply(rows, panel, x, Columns / PackedMatrix.Group, sums);
            for (int r = 0; r < rows; r++)
            {
                for (int n = 0; n < PackedMatrix.PanelRows; n++)
                {
                    int expected = 0;
                    for (int k = 0; k < Columns; k++)
                    {
                        int activation = x[(((k / 4) * rows) + r) * 4 + (k % 4)];
                        expected += activation * (panel[PackedMatrix.Index(n, k, Columns)] + 128);
                    }

                    if (sums[(r * PackedMatrix.PanelRows) + n] != expected)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }
}
