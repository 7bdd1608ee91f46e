namespace Ait.Engine.Gpu;

/// <summary>The kernels that training launches beside those of inference, found once.</summary>
internal sealed class GpuTrainingKernels
{
    public GpuTrainingKernels(IGpuDevice device, int headDimension)
    {
        Forward = new GpuKernels(device, headDimension);
        ScaleRows = device.Kernel("scale_rows");
        Transpose = device.Kernel("transpose");
        GradientRows = device.Kernel("gradient_rows");
        GradientColumns = device.Kernel("gradient_columns");
        Products = [device.Kernel("product_1_by_1"), device.Kernel("product_2_by_1"), device.Kernel("product_2_by_2")];
        Unpage = device.Kernel("unpage");
        ScoreCenters = device.Kernel("score_centers");
        AttentionShares = device.Kernel("attention_shares");
        SoftmaxBack = device.Kernel("softmax_back");
        RotateBack = device.Kernel("rotate_back");
        SiluBack = device.Kernel("silu_back");
        NormBack = device.Kernel("norm_back");
        CrossEntropy = device.Kernel("cross_entropy");
        Scatter = device.Kernel("scatter");
        ReduceMagnitude = device.Kernel("reduce_magnitude");
        ReduceSquares = device.Kernel("reduce_squares");
        Descend = device.Kernel("descend");
    }

    /// <summary>Those of inference.</summary>
    public GpuKernels Forward { get; }

    public nint ScaleRows { get; }

    public nint Transpose { get; }

    public nint GradientRows { get; }

    public nint GradientColumns { get; }

    /// <summary>Exact products of one and one, two and one, two and two limbs.</summary>
    public nint[] Products { get; }

    public nint Unpage { get; }

    public nint ScoreCenters { get; }

    public nint AttentionShares { get; }

    public nint SoftmaxBack { get; }

    public nint RotateBack { get; }

    public nint SiluBack { get; }

    public nint NormBack { get; }

    public nint CrossEntropy { get; }

    public nint Scatter { get; }

    public nint ReduceMagnitude { get; }

    public nint ReduceSquares { get; }

    public nint Descend { get; }
}
