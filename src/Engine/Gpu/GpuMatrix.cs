using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>
/// A matrix on a device: rows one after the other with a stride that is a multiple of 64, zeros behind the last column.
/// Matrices that read the same activations are kept as one.
/// </summary>
internal sealed unsafe class GpuMatrix : IDisposable
{
    private const int Alignment = 64;
    private const long StagingBytes = 64L << 20;

    private readonly IGpuDevice _device;

    /// <summary>Copies the matrices, the rows of each after those of the one before; a bias is as long as its matrix, or null.</summary>
    public GpuMatrix(IGpuDevice device, ReadOnlySpan<PackedMatrix> parts, ReadOnlySpan<AlignedBuffer<float>?> biases)
    {
        _device = device;
        Columns = parts[0].Columns;
        Stride = StrideOf(Columns);
        foreach (PackedMatrix part in parts)
        {
            Rows += part.Rows;
        }

        try
        {
            Weights = device.Allocate((long)Rows * Stride);
            Scales = device.Allocate((long)Rows * sizeof(float));
            Copy(parts);
            if (!biases.IsEmpty && biases[0] is not null)
            {
                Bias = device.Allocate((long)Rows * sizeof(float));
                Copy(biases);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    public ulong Weights { get; }

    public ulong Scales { get; }

    /// <summary>Added to each output, or 0 for none.</summary>
    public ulong Bias { get; }

    /// <summary>target[r, n] (+)= x[r] · w[n], scaled: what computes that, for so many quantised rows.</summary>
    public LinearArguments Times(ulong x, ulong scales, int rows, ulong target, int targetStride, bool adds = false) => new()
    {
        Weights = Weights,
        WeightScales = Scales,
        Bias = Bias,
        X = x,
        XScales = scales,
        Target = target,
        TargetStride = targetStride,
        WeightRows = Rows,
        XRows = rows,
        Columns = Columns,
        Stride = Stride,
        Adds = adds ? 1 : 0,
    };

    /// <summary>The stride of rows of so many bytes.</summary>
    public static int StrideOf(int columns) => (columns + Alignment - 1) / Alignment * Alignment;

    public void Dispose()
    {
        foreach (ulong address in new[] { Weights, Scales, Bias })
        {
            if (address != 0)
            {
                _device.Release(address);
            }
        }
    }

    private void Copy(ReadOnlySpan<PackedMatrix> parts)
    {
        long largest = 0;
        foreach (PackedMatrix part in parts)
        {
            largest = Math.Max(largest, (long)part.PaddedRows * Columns);
        }

        int panelBytes = PackedMatrix.PanelRows * Columns;
        ulong staging = _device.Allocate(Math.Max(panelBytes, Math.Min(largest, StagingBytes)));
        try
        {
            int panels = (int)Math.Max(1, StagingBytes / panelBytes);
            int row = 0;
            foreach (PackedMatrix part in parts)
            {
                Copy(part, row, staging, panels);
                _device.Upload(Scales + ((ulong)row * sizeof(float)), part.Scales, (long)part.Rows * sizeof(float));
                row += part.Rows;
            }
        }
        finally
        {
            _device.Release(staging);
        }
    }

    private void Copy(ReadOnlySpan<AlignedBuffer<float>?> biases)
    {
        int row = 0;
        foreach (AlignedBuffer<float>? bias in biases)
        {
            AlignedBuffer<float> present = bias ?? throw new ArgumentException("Either every part has a bias or none.", nameof(biases));
            _device.Upload(Bias + ((ulong)row * sizeof(float)), present.Pointer, (long)present.Length * sizeof(float));
            row += present.Length;
        }
    }

    private void Copy(PackedMatrix part, int firstRow, ulong staging, int panelsAtOnce)
    {
        nint unpack = _device.Kernel("unpack");
        for (int panel = 0; panel < part.Panels; panel += panelsAtOnce)
        {
            int panels = Math.Min(panelsAtOnce, part.Panels - panel);
            _device.Upload(staging, part.Panel(panel), (long)panels * PackedMatrix.PanelRows * Columns);
            int row = panel * PackedMatrix.PanelRows;
            var arguments = new UnpackArguments
            {
                Packed = staging,
                Rows = Weights + ((ulong)(firstRow + row) * (ulong)Stride),
                RowCount = Math.Min(panels * PackedMatrix.PanelRows, part.Rows - row),
                Columns = Columns,
                Stride = Stride,
            };
            _device.Launch(unpack, new GpuGrid(4 * _device.Multiprocessors, 1, 1, 256), &arguments, sizeof(UnpackArguments));
        }
    }
}
