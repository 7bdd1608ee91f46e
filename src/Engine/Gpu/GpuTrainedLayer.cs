using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>The matrices of a layer of a decoder that is trained, by what they read.</summary>
internal sealed class GpuTrainedLayer
{
    public GpuTrainedLayer(GpuArena arena, TrainedDecoder decoder, int layer, int rows)
    {
        LinearLayer Of(WeightKind kind) => decoder.Of(layer, kind);
        Projections = new GpuTrainedGroup(arena, [Of(WeightKind.Query), Of(WeightKind.Key), Of(WeightKind.Value)], rows);
        AttentionOutput = new GpuTrainedGroup(arena, [Of(WeightKind.AttentionOutput)], rows);
        GateUp = new GpuTrainedGroup(arena, [Of(WeightKind.Gate), Of(WeightKind.Up)], rows);
        Down = new GpuTrainedGroup(arena, [Of(WeightKind.Down)], rows);
    }

    /// <summary>Queries, keys and values.</summary>
    public GpuTrainedGroup Projections { get; }

    public GpuTrainedGroup AttentionOutput { get; }

    public GpuTrainedGroup GateUp { get; }

    public GpuTrainedGroup Down { get; }

    public GpuTrainedGroup[] Groups => [Projections, AttentionOutput, GateUp, Down];
}
