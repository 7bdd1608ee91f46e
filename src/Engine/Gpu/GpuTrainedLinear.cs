using Ait.Engine.Training;

namespace Ait.Engine.Gpu;

/// <summary>A linear layer on a device, trained whole, or frozen with or without an adapter; one of those that read the same activations.</summary>
internal sealed class GpuTrainedLinear
{
    /// <param name="arena">What its memory is taken from.</param>
    /// <param name="home">The matrix that holds it among its neighbours.</param>
    /// <param name="firstRow">Its first row there, and its first output in a row of theirs.</param>
    /// <param name="layer">What it is.</param>
    /// <param name="rows">Most rows of activations.</param>
    public GpuTrainedLinear(GpuArena arena, GpuMatrix home, int firstRow, LinearLayer layer, int rows)
    {
        FirstOutput = firstRow;
        Main = new GpuTrainedMatrix(arena, home, firstRow, layer.Main.Packed.Rows, layer.Whole);
        if (layer.Inner is { } inner && layer.Outer is { } outer)
        {
            Inner = new GpuTrainedMatrix(arena, arena.Copy([inner.Quantized.Packed]), 0, inner.Rows, inner);
            Outer = new GpuTrainedMatrix(arena, arena.Copy([outer.Quantized.Packed]), 0, outer.Rows, outer);
            Narrow = arena.TakeRows(rows, Outer.Columns);
        }
    }

    public int FirstOutput { get; }

    public GpuTrainedMatrix Main { get; }

    /// <summary>The narrow matrix of the adapter.</summary>
    public GpuTrainedMatrix? Inner { get; }

    /// <summary>The tall matrix of the adapter.</summary>
    public GpuTrainedMatrix? Outer { get; }

    /// <summary>What went into the tall matrix.</summary>
    public GpuRows Narrow { get; }

    /// <summary>All matrices of the layer.</summary>
    public IEnumerable<GpuTrainedMatrix> Matrices => Inner is null || Outer is null ? [Main] : [Main, Inner, Outer];
}
