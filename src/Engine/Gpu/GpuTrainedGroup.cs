using Ait.Engine.Training;

namespace Ait.Engine.Gpu;

/// <summary>Linear layers that read the same activations: one product forward, one after the other backward.</summary>
internal sealed class GpuTrainedGroup : IDisposable
{
    public GpuTrainedGroup(IGpuDevice device, ReadOnlySpan<LinearLayer> layers, int rows)
    {
        var parts = new Weights.PackedMatrix[layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            parts[i] = layers[i].Main.Packed;
        }

        Matrix = new GpuMatrix(device, parts, []);
        Linears = new GpuTrainedLinear[layers.Length];
        int row = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            Linears[i] = new GpuTrainedLinear(device, Matrix, row, layers[i], rows);
            row += parts[i].Rows;
        }
    }

    public GpuMatrix Matrix { get; }

    public GpuTrainedLinear[] Linears { get; }

    public void Dispose()
    {
        foreach (GpuTrainedLinear linear in Linears)
        {
            linear.Dispose();
        }

        Matrix.Dispose();
    }
}
