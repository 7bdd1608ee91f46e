using Ait.Engine.Training;

namespace Ait.Engine.Gpu;

/// <summary>Linear layers that read the same activations: one product forward, one after the other backward.</summary>
internal sealed class GpuTrainedGroup
{
    public GpuTrainedGroup(GpuArena arena, ReadOnlySpan<LinearLayer> layers, int rows)
    {
        var parts = new Weights.PackedMatrix[layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            parts[i] = layers[i].Main.Packed;
        }

        Matrix = arena.Copy(parts);
        Linears = new GpuTrainedLinear[layers.Length];
        int row = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            Linears[i] = new GpuTrainedLinear(arena, Matrix, row, layers[i], rows);
            row += parts[i].Rows;
        }
    }

    public GpuMatrix Matrix { get; }

    public GpuTrainedLinear[] Linears { get; }
}
