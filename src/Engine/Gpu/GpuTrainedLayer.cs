using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>The matrices of a layer of a decoder that is trained, by what they read.</summary>
internal sealed class GpuTrainedLayer : IDisposable
{
    public GpuTrainedLayer(IGpuDevice device, TrainedDecoder decoder, int layer, int rows)
    {
        LinearLayer Of(WeightKind kind) => decoder.Of(layer, kind);
        Projections = new GpuTrainedGroup(device, [Of(WeightKind.Query), Of(WeightKind.Key), Of(WeightKind.Value)], rows);
        AttentionOutput = new GpuTrainedGroup(device, [Of(WeightKind.AttentionOutput)], rows);
        GateUp = new GpuTrainedGroup(device, [Of(WeightKind.Gate), Of(WeightKind.Up)], rows);
        Down = new GpuTrainedGroup(device, [Of(WeightKind.Down)], rows);
    }

    /// <summary>Queries, keys and values.</summary>
    public GpuTrainedGroup Projections { get; }

    public GpuTrainedGroup AttentionOutput { get; }

    public GpuTrainedGroup GateUp { get; }

    public GpuTrainedGroup Down { get; }

    public GpuTrainedGroup[] Groups => [Projections, AttentionOutput, GateUp, Down];

    public void Dispose()
    {
        foreach (GpuTrainedGroup group in Groups)
        {
            group.Dispose();
        }
    }
}
