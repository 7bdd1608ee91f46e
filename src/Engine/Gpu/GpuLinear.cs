namespace Ait.Engine.Gpu;

/// <summary>Chooses by the shape of a linear layer what computes it: kernels of the engine, or the vendor's library for many rows.</summary>
internal static unsafe class GpuLinear
{
    private const int Threads = 256;
    private const int BlockEdge = 128;
    private const int StreamedRows = 32;

    // Warps of a block of linear_64_by_32.
    private const int RingWarps = 4;

    // From so many activation rows on, blocks that stage both sides read less than blocks that stream the weights.
    private const int MostStreamedRows = 64;

    // Rows of a launch of finish_linear, which are its grid's second dimension, of at most 65,535 blocks.
    private const int MostProductRows = 511 * BlockEdge;

    // Sums of the vendor's library, at most; more rows are multiplied in several parts.
    private const long MostSumsBytes = 256L << 20;

    /// <summary>Room for the sums of the vendor's library, for at most so many rows of activations and of weights; 0 if there is no library.</summary>
    public static long SumsBytes(IGpuDevice device, int rows, int weightRows) =>
        device.HasProducts && rows > MostStreamedRows ? Math.Min((long)rows * weightRows * sizeof(int), MostSumsBytes) : 0;

    /// <summary>target[r, n] (+)= x[r] · w[n], scaled, for quantised rows with the stride of the matrix.</summary>
    public static void Launch(IGpuDevice device, in LinearArguments arguments, ulong sums, long sumsBytes)
    {
        ProductSums product;
        for (int row = 0; row < arguments.XRows; row += product.Rows)
        {
            product = Multiply(device, arguments, row, sums, sumsBytes);
            if (product.Sums != 0)
            {
                var finish = new FinishArguments
                {
                    Product = product,
                    Target = arguments.Target + ((ulong)(row * arguments.TargetStride) * sizeof(float)),
                    TargetStride = arguments.TargetStride,
                    Adds = arguments.Adds,
                };
                device.Launch(
                    device.Kernel("finish_linear"), new GpuGrid(GpuGrid.Blocks(arguments.WeightRows, 4 * Threads), product.Rows, 1, Threads), &finish, sizeof(FinishArguments));
            }
        }
    }

    /// <summary>
    /// Multiplies rows from one on, <see cref="ProductSums.Rows"/> of them. By the vendor's library, as many as there is room for sums, which whoever
    /// reads them has to scale; where it does not take them, all the rest by the engine's own kernels: then there are no sums, and the target has
    /// the outputs.
    /// </summary>
    public static ProductSums Multiply(IGpuDevice device, in LinearArguments arguments, int row, ulong room, long roomBytes)
    {
        // Parts of whole blocks, so that the second finds the activations aligned.
        long most = roomBytes / sizeof(int) / arguments.WeightRows;
        int rows = Math.Min(arguments.XRows - row, MostProductRows);
        rows = most >= rows ? rows : (int)(most / BlockEdge * BlockEdge);
        ulong x = arguments.X + ((ulong)row * (ulong)arguments.Stride);
        bool taken = arguments.XRows > MostStreamedRows && rows > 0
            && device.TryMultiply(arguments.Weights, arguments.WeightRows, x, rows, arguments.Columns, arguments.Stride, room);
        if (!taken)
        {
            LaunchRest(device, arguments, row);
        }

        return new ProductSums
        {
            Sums = taken ? room : 0,
            WeightScales = arguments.WeightScales,
            Bias = arguments.Bias,
            XScales = arguments.XScales,
            FirstRow = row,
            WeightRows = arguments.WeightRows,
            Rows = taken ? rows : arguments.XRows - row,
        };
    }

    /// <summary>The rows from one on by the engine's own kernels.</summary>
    private static void LaunchRest(IGpuDevice device, in LinearArguments arguments, int row)
    {
        LinearArguments rest = arguments;
        rest.X += (ulong)row * (ulong)arguments.Stride;
        rest.XScales += (ulong)row * sizeof(float);
        rest.Target += (ulong)(row * arguments.TargetStride) * sizeof(float);
        rest.XRows -= row;
        if (rest.XRows <= MostStreamedRows)
        {
            LaunchStreams(device, rest);
        }
        else
        {
            LaunchBlocks(device, rest);
        }
    }

    private static void LaunchBlocks(IGpuDevice device, LinearArguments arguments)
    {
        var blocks = new GpuGrid(GpuGrid.Blocks(arguments.WeightRows, BlockEdge), GpuGrid.Blocks(arguments.XRows, BlockEdge), 1, Threads);
        device.Launch(device.Kernel("linear_128_by_128"), blocks, &arguments, sizeof(LinearArguments));
    }

    private static void LaunchStreams(IGpuDevice device, LinearArguments arguments)
    {
        // As many weight rows to a block as leave a block for about every multiprocessor: the more, the fewer times the activations are read.
        bool wide = arguments.XRows > StreamedRows / 2;
        int rowBlocks = GpuGrid.Blocks(arguments.XRows, wide ? StreamedRows : StreamedRows / 2);
        int left = 64;
        while (left > 16 && 4 * GpuGrid.Blocks(arguments.WeightRows, left) * rowBlocks < 3 * device.Multiprocessors)
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
        int threads = left == 64 && wide ? RingWarps * device.WarpSize : Threads;
        device.Launch(device.Kernel(kernel), new GpuGrid(GpuGrid.Blocks(arguments.WeightRows, left), rowBlocks, 1, threads), &arguments, sizeof(LinearArguments));
    }
}
