using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>The weights of a model on a device. What reads the same activations lies together.</summary>
internal sealed class GpuModel : IDisposable
{
    public GpuModel(IGpuDevice device, Model model)
    {
        Device = device;
        Embedding = new GpuMatrix(device, [model.Embedding], []);
        Output = ReferenceEquals(model.Output, model.Embedding) ? Embedding : new GpuMatrix(device, [model.Output], []);
        if (model.FinalGain is { } gain)
        {
            FinalGain = Copy(device, gain);
        }

        Layers = new GpuLayer[model.Layers.Length];
        for (int i = 0; i < Layers.Length; i++)
        {
            Layers[i] = new GpuLayer(device, model.Layers[i]);
        }
    }

    public IGpuDevice Device { get; }

    public GpuMatrix Embedding { get; }

    public GpuMatrix Output { get; }

    /// <summary>The gain of the last norm, or 0 where it is folded into the output.</summary>
    public ulong FinalGain { get; }

    public GpuLayer[] Layers { get; }

    /// <summary>Copies a vector to the device.</summary>
    public static unsafe ulong Copy(IGpuDevice device, AlignedBuffer<float> vector)
    {
        ulong address = device.Allocate((long)vector.Length * sizeof(float));
        device.Upload(address, vector.Pointer, (long)vector.Length * sizeof(float));
        return address;
    }

    public void Dispose()
    {
        foreach (GpuLayer layer in Layers)
        {
            layer.Dispose();
        }

        Embedding.Dispose();
        if (!ReferenceEquals(Output, Embedding))
        {
            Output.Dispose();
        }

        if (FinalGain != 0)
        {
            Device.Release(FinalGain);
        }
    }
}
