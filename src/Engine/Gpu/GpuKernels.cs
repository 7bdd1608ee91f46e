namespace Ait.Engine.Gpu;

/// <summary>The kernels that an executor launches, found once; <see cref="GpuLinear"/> chooses those of linear layers by shape.</summary>
internal sealed class GpuKernels
{
    /// <summary>Threads of a block of the kernels that take a row at a time.</summary>
    public const int RowThreads = 256;

    /// <summary>Threads of a block of those that quantise rows or pool them.</summary>
    public const int QuantizeThreads = 512;

    /// <summary>Threads of a block of <see cref="Choose"/>.</summary>
    public const int ChooseThreads = 1024;

    /// <summary>Threads of a block of <see cref="Position"/> and <see cref="PositionFinish"/>.</summary>
    public const int PositionThreads = 128;

    public GpuKernels(IGpuDevice device, int headDimension)
    {
        int width = headDimension <= 64 ? 64 : headDimension <= 128 ? 128 : headDimension <= 256 ? 256 : 512;
        int tile = GpuPlan.WideTile(headDimension);
        Embed = device.Kernel("embed");
        NormQuantize = device.Kernel("norm_quantize");
        AddNormQuantize = device.Kernel("add_norm_quantize");
        GainNormQuantize = device.Kernel("gain_norm_quantize");
        Quantize = device.Kernel("quantize");
        SiluQuantize = device.Kernel("silu_quantize");
        SiluFinishQuantize = device.Kernel("silu_finish_quantize");
        Position = device.Kernel($"position_by_{width}");
        PositionFinish = device.Kernel($"position_finish_by_{width}");
        NarrowMaxima = device.Kernel($"attend_maxima_16_by_{width}");
        WideMaxima = device.Kernel($"attend_maxima_{tile}_by_{width}");
        NarrowMix = device.Kernel($"attend_mix_16_by_{width}");
        WideMix = device.Kernel($"attend_mix_{tile}_by_{width}");
        Finish = device.Kernel("attend_finish");
        Pool = device.Kernel("pool");
        Choose = device.Kernel("choose");
    }

    public nint Embed { get; }

    public nint NormQuantize { get; }

    /// <summary>The same of rows to which sums that the vendor's library made are added before.</summary>
    public nint AddNormQuantize { get; }

    public nint GainNormQuantize { get; }

    public nint Quantize { get; }

    public nint SiluQuantize { get; }

    /// <summary>The same of sums that the vendor's library made.</summary>
    public nint SiluFinishQuantize { get; }

    public nint Position { get; }

    /// <summary>The same of sums that the vendor's library made.</summary>
    public nint PositionFinish { get; }

    public nint NarrowMaxima { get; }

    public nint WideMaxima { get; }

    public nint NarrowMix { get; }

    public nint WideMix { get; }

    public nint Finish { get; }

    public nint Pool { get; }

    public nint Choose { get; }
}
