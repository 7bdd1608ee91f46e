namespace Ait.Engine.Gpu;

/// <summary>The kernels that an executor launches, found once; <see cref="GpuLinear"/> chooses those of linear layers by shape.</summary>
internal sealed class GpuKernels
{
    public GpuKernels(IGpuDevice device, int headDimension)
    {
        int width = headDimension <= 64 ? 64 : headDimension <= 128 ? 128 : headDimension <= 256 ? 256 : 512;
        Embed = device.Kernel("embed");
        NormQuantize = device.Kernel("norm_quantize");
        GainNormQuantize = device.Kernel("gain_norm_quantize");
        Quantize = device.Kernel("quantize");
        SiluQuantize = device.Kernel("silu_quantize");
        Position = device.Kernel("position");
        NarrowMaxima = device.Kernel("attend_maxima_16");
        WideMaxima = device.Kernel("attend_maxima_32");
        NarrowMix = device.Kernel($"attend_mix_16_by_{width}");
        WideMix = device.Kernel($"attend_mix_32_by_{width}");
        Finish = device.Kernel("attend_finish");
        Pool = device.Kernel("pool");
        Choose = device.Kernel("choose");
    }

    public nint Embed { get; }

    public nint NormQuantize { get; }

    public nint GainNormQuantize { get; }

    public nint Quantize { get; }

    public nint SiluQuantize { get; }

    public nint Position { get; }

    public nint NarrowMaxima { get; }

    public nint WideMaxima { get; }

    public nint NarrowMix { get; }

    public nint WideMix { get; }

    public nint Finish { get; }

    public nint Pool { get; }

    public nint Choose { get; }
}
