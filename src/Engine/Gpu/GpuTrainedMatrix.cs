using Ait.Engine.Training;

namespace Ait.Engine.Gpu;

/// <summary>
/// A matrix of a decoder that is trained: int8 rows as the forward pass reads them, the same turned around for the backward pass, and,
/// if the matrix itself is trained, its float weights, both means and the gradient.
/// </summary>
internal sealed unsafe class GpuTrainedMatrix
{
    private readonly IGpuDevice _device;

    /// <summary>Takes the rows of a matrix on the device from one on.</summary>
    public GpuTrainedMatrix(GpuArena arena, GpuMatrix home, int firstRow, int rows, Parameter? parameter)
    {
        _device = arena.Device;
        Rows = rows;
        Columns = home.Columns;
        Stride = home.Stride;
        Quantized = home.Weights + ((ulong)firstRow * (ulong)home.Stride);
        Scales = home.Scales + ((ulong)firstRow * sizeof(float));
        AcrossStride = GpuMatrix.StrideOf(rows);
        Across = arena.Take((long)Columns * AcrossStride, 1);
        Parameter = parameter;
        if (parameter is not null)
        {
            Weights = arena.Take(parameter.Count, sizeof(float));
            Mean = arena.Take(parameter.Count, sizeof(float));
            Square = arena.Take(parameter.Count, sizeof(float));
            Gradient = arena.Take(parameter.Count, sizeof(float));
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Int8 rows, <see cref="Stride"/> apart, and their scales.</summary>
    public ulong Quantized { get; }

    public int Stride { get; }

    public ulong Scales { get; }

    /// <summary>Int8 columns as rows, <see cref="AcrossStride"/> apart.</summary>
    public ulong Across { get; }

    public int AcrossStride { get; }

    /// <summary>What is trained, or null if the matrix is frozen; the addresses below are 0 then.</summary>
    public Parameter? Parameter { get; }

    public ulong Weights { get; }

    public ulong Mean { get; }

    public ulong Square { get; }

    public ulong Gradient { get; }

    /// <summary>target[r, n] = x[r] · w[n], scaled: what computes that.</summary>
    public LinearArguments Times(GpuRows x, int rows, ulong target, int targetStride) => new()
    {
        Weights = Quantized,
        WeightScales = Scales,
        X = x.Values,
        XScales = x.Scales,
        Target = target,
        TargetStride = targetStride,
        WeightRows = Rows,
        XRows = rows,
        Columns = Columns,
        Stride = Stride,
    };

    /// <summary>Copies weights and means to the device.</summary>
    public void Load()
    {
        if (Parameter is { } parameter)
        {
            long bytes = (long)parameter.Count * sizeof(float);
            _device.Upload(Weights, parameter.Weights.Pointer, bytes);
            _device.Upload(Mean, parameter.Mean.Pointer, bytes);
            _device.Upload(Square, parameter.Square.Pointer, bytes);
        }
    }

    /// <summary>Copies weights and means back.</summary>
    public void Store()
    {
        if (Parameter is { } parameter)
        {
            long bytes = (long)parameter.Count * sizeof(float);
            _device.Download(parameter.Weights.Pointer, Weights, bytes);
            _device.Download(parameter.Mean.Pointer, Mean, bytes);
            _device.Download(parameter.Square.Pointer, Square, bytes);
        }
    }
}
