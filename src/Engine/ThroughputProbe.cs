using Ait.Engine.Execution;
using Ait.Engine.Gpu;
using Ait.Engine.Weights;

namespace Ait.Engine;

/// <summary>
/// Two pieces of work that show what this machine can do at most: a product of matrices that stays in the cache, and one that reads a
/// large matrix once. The caller measures the time; the engine has no clock.
/// </summary>
public sealed unsafe class ThroughputProbe : IDisposable, IWork
{
    private const int GrainsPerThread = 4;

    private readonly WorkCrew? _crew;
    private readonly Kernels? _kernels;
    private readonly IGpuDevice? _device;
    private readonly PackedMatrix? _dense;
    private readonly PackedMatrix? _large;
    private readonly GpuMatrix? _denseOnDevice;
    private readonly GpuMatrix? _largeOnDevice;
    private readonly AlignedBuffer<short> _values;
    private readonly AlignedBuffer<sbyte> _packed;
    private readonly AlignedBuffer<int> _sums;
    private readonly AlignedBuffer<float> _scales;
    private readonly AlignedBuffer<float> _target;
    private readonly ulong _x;
    private readonly ulong _xScales;
    private readonly ulong _y;
    private readonly ulong _sumsOnDevice;
    private readonly long _sumsBytes;
    private readonly int _rows;
    private PackedMatrix? _current;
    private int _currentRows;

    /// <summary>Prepares both on the backend and threads of the options.</summary>
    /// <exception cref="EngineRefusedException">The options are invalid.</exception>
    public ThroughputProbe(EngineOptions? options = null)
        : this(options, null)
    {
    }

    internal ThroughputProbe(EngineOptions? options, IGpuDevice? device)
    {
        options ??= EngineOptions.Default;
        if (options.Check() is { } refusal)
        {
            throw new EngineRefusedException(refusal);
        }

        _device = device ?? (Backends.Resolve(options.Backend) == Backend.Gpu ? GpuBackend.Device : null);
        bool isReal = _device is not null && device is null;
        // A device needs more to be busy; the shapes are those of an 8B model's layers and of a small one's.
        (int n, int k, int rows) = isReal ? (14336, 4096, 4096) : (2048, 768, 256);
        int largeRows = isReal ? 131_072 : device is null ? 32_768 : 256;
        PackedMatrix dense = Filled(n, k);
        PackedMatrix large = Filled(largeRows, 4096);
        int widest = Math.Max(k, large.Columns);
        _rows = rows;
        _values = new AlignedBuffer<short>(rows * widest);
        _values.Span.Fill(1);
        _packed = new AlignedBuffer<sbyte>(rows * widest);
        _sums = new AlignedBuffer<int>(rows);
        _scales = new AlignedBuffer<float>(rows);
        _target = new AlignedBuffer<float>(_device is null ? Math.Max(rows * dense.PaddedRows, large.PaddedRows) : 0);
        OperationsPerMultiply = 2L * rows * n * k;
        BytesPerRead = (long)large.Rows * large.Columns;
        if (_device is null)
        {
            _crew = new WorkCrew(options.Threads);
            _kernels = Backends.Create(options.Backend);
            _dense = dense;
            _large = large;
            return;
        }

        lock (_device)
        {
            _denseOnDevice = new GpuMatrix(_device, [dense], []);
            _largeOnDevice = new GpuMatrix(_device, [large], []);
            _x = _device.Allocate((long)rows * widest);
            _xScales = _device.Allocate(rows * sizeof(float));
            _y = _device.Allocate(Math.Max((long)rows * n, large.Rows) * sizeof(float));
            _sumsBytes = GpuLinear.SumsBytes(_device, rows, n);
            _sumsOnDevice = _device.Allocate(_sumsBytes);
        }
    }

    /// <summary>Multiplications and additions of one call of <see cref="Multiply"/>.</summary>
    public long OperationsPerMultiply { get; }

    /// <summary>Bytes that one call of <see cref="Read"/> brings from memory.</summary>
    public long BytesPerRead { get; }

    /// <summary>Multiplies matrices that stay in the cache.</summary>
    public void Multiply() => Run(_dense, _denseOnDevice, _rows);

    /// <summary>Multiplies a vector with a matrix that fits no cache.</summary>
    public void Read() => Run(_large, _largeOnDevice, 1);

    /// <summary>Gives threads and memory back.</summary>
    public void Dispose()
    {
        _crew?.Dispose();
        if (_device is not null)
        {
            lock (_device)
            {
                _denseOnDevice?.Dispose();
                _largeOnDevice?.Dispose();
                _device.Release(_x);
                _device.Release(_xScales);
                _device.Release(_y);
                _device.Release(_sumsOnDevice);
            }
        }
    }

    void IWork.Execute(int phase, int from, int end, int worker)
    {
        if (_kernels is { } kernels && _current is { } matrix)
        {
            var x = new Activations(_values.Pointer, matrix.Columns, _scales.Pointer, _currentRows, _packed.Pointer, _sums.Pointer);
            kernels.Linear(matrix, from, end, x, _target.Pointer, matrix.PaddedRows);
        }
    }

    private static PackedMatrix Filled(int rows, int columns)
    {
        var matrix = new PackedMatrix(rows, columns);
        // Memory that was never written is one page for all addresses.
        new Span<sbyte>(matrix.Weights, rows * columns).Fill(1);
        return matrix;
    }

    private void Run(PackedMatrix? matrix, GpuMatrix? onDevice, int rows)
    {
        if (onDevice is not null && _device is not null)
        {
            lock (_device)
            {
                GpuLinear.Launch(_device, onDevice.Times(_x, _xScales, rows, _y, onDevice.Rows), _sumsOnDevice, _sumsBytes);
                // The next product must not hide behind this one.
                int done;
                _device.Download(&done, _y, sizeof(int));
            }

            return;
        }

        if (_crew is not null && matrix is not null)
        {
            _current = matrix;
            _currentRows = rows;
            _crew.Run(this, 0, matrix.Panels, Math.Max(1, matrix.Panels / (_crew.Threads * GrainsPerThread)));
        }
    }
}
