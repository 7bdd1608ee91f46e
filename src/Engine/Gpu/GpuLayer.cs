using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>The matrices of one layer on a device: query, key and value rows together, gate and up rows together.</summary>
internal sealed class GpuLayer(IGpuDevice device, LayerWeights layer) : IDisposable
{
    public GpuMatrix Projections { get; } =
        new(device, [layer.Query, layer.Key, layer.Value], [layer.QueryBias, layer.KeyBias, layer.ValueBias]);

    public GpuMatrix AttentionOutput { get; } = new(device, [layer.AttentionOutput], [layer.AttentionOutputBias]);

    public GpuMatrix GateUp { get; } = new(device, [layer.Gate, layer.Up], [layer.GateBias, layer.UpBias]);

    public GpuMatrix Down { get; } = new(device, [layer.Down], [layer.DownBias]);

    /// <summary>The gain of the norm of every query head, or 0 where heads are not normed.</summary>
    public ulong QueryGain { get; } = layer.QueryGain is null ? 0 : GpuModel.Copy(device, layer.QueryGain);

    /// <summary>The gain of the norm of every key head, or 0 where heads are not normed.</summary>
    public ulong KeyGain { get; } = layer.KeyGain is null ? 0 : GpuModel.Copy(device, layer.KeyGain);

    public void Dispose()
    {
        Projections.Dispose();
        AttentionOutput.Dispose();
        GateUp.Dispose();
        Down.Dispose();
        if (QueryGain != 0)
        {
            device.Release(QueryGain);
            device.Release(KeyGain);
        }
    }
}
