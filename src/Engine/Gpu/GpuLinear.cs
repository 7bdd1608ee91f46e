namespace Ait.Engine.Gpu;

/// <summary>Chooses the kernel of a linear layer by its shape.</summary>
internal static unsafe class GpuLinear
{
    private const int Threads = 256;
    private const int BlockEdge = 128;
    private const int StreamedRows = 32;

    // From so many activation rows on, blocks that stage both sides read less than blocks that stream the weights.
    private const int MostStreamedRows = 64;

    /// <summary>target[r, n] (+)= x[r] · w[n], scaled, for quantised rows with the stride of the matrix.</summary>
    public static void Launch(IGpuDevice device, GpuMatrix matrix, ulong x, ulong scales, int rows, ulong target, int targetStride, bool adds = false)
    {
        var arguments = new LinearArguments
        {
            Weights = matrix.Weights,
            WeightScales = matrix.Scales,
            Bias = matrix.Bias,
            X = x,
            XScales = scales,
            Target = target,
            TargetStride = targetStride,
            WeightRows = matrix.Rows,
            XRows = rows,
            Columns = matrix.Columns,
            Stride = matrix.Stride,
            Adds = adds ? 1 : 0,
        };
        if (rows > MostStreamedRows)
        {
            var blocks = new GpuGrid(GpuGrid.Blocks(matrix.Rows, BlockEdge), GpuGrid.Blocks(rows, BlockEdge), 1, Threads);
            device.Launch(device.Kernel("linear_128_by_128"), blocks, &arguments, sizeof(LinearArguments));
            return;
        }

        // As many weight rows to a block as leave a block for every multiprocessor: the more, the fewer times the activations are read.
        bool wide = rows > StreamedRows / 2;
        int rowBlocks = GpuGrid.Blocks(rows, wide ? StreamedRows : StreamedRows / 2);
        int left = 64;
        while (left > 16 && GpuGrid.Blocks(matrix.Rows, left) * rowBlocks < device.Multiprocessors)
        {
            left /= 2;
        }

        string kernel = (left, wide) switch
        {
            (16, false) => "linear_16_by_16",
            (32, false) => "linear_32_by_16",
            (64, false) => "linear_64_by_16",
            (16, true) => "linear_16_by_32",
            (32, true) => "linear_32_by_32",
            _ => "linear_64_by_32",
        };
        device.Launch(device.Kernel(kernel), new GpuGrid(GpuGrid.Blocks(matrix.Rows, left), rowBlocks, 1, Threads), &arguments, sizeof(LinearArguments));
    }
}
