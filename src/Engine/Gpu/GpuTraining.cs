using Ait.Engine.Execution;
using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>
/// Training on a device: the forward pass by the kernels of inference, the backward pass and the optimiser by their own, all in the
/// sequence of <see cref="TrainingPass"/> and <see cref="TrainingKernels"/>. Weights, means and gradients stay on the device; after each
/// step the host asks for them, because outcomes hold the digest of every state.
/// </summary>
internal sealed unsafe partial class GpuTraining : ITrainingExecutor
{
    // Squares of attention, and columns turned around, are made for as many windows at a time as fit.
    private const long MostScratchBytes = 512L << 20;

    private readonly IGpuDevice _device;
    private readonly GpuArena _arena;
    private readonly GpuTrainingKernels _kernels;
    private readonly ModelConfig _config;
    private readonly int _length;
    private readonly int _rank;
    private readonly float _adapterScale;
    private readonly int _lengthStride;
    private readonly int _pagesOfWindow;
    private readonly GpuTape[] _tapes;
    private readonly GpuTrainedGroup _embedding;
    private readonly GpuTrainedGroup _output;
    private readonly GpuTrainedLayer[] _layers;
    private readonly GpuTrainedMatrix[] _matrices;
    private readonly int[] _host;
    private readonly int[] _slots;

    // The plan, uploaded for every micro-batch: tokens, targets, rows of each token. Positions, sequences, tiles and pages never change.
    private readonly ulong _plan;
    private readonly ulong _positions;
    private readonly ulong _sequences;
    private readonly ulong _tiles;
    private readonly ulong _tables;
    private readonly ulong _cosines;
    private readonly ulong _sines;

    private readonly ulong _products;
    private readonly long _productsBytes;
    private readonly ulong[] _streams;
    private readonly GpuRows _finalNorm;
    private readonly ulong _logits;
    private readonly ulong _projections;
    private readonly ulong _queryScales;
    private readonly ulong _maxima;
    private readonly ulong _exponents;
    private readonly ulong _denominators;
    private readonly ulong _wide;
    private readonly ulong _narrow;
    private readonly ulong _scaled;
    private readonly ulong _faults;
    private readonly int _faultCount;
    private readonly ulong _loss;
    private readonly ulong _sum;
    private readonly ulong _bits;

    // Of the backward pass.
    private readonly ulong _streamGradient;
    private readonly ulong _inputGradient;
    private readonly ulong _wideGradient;
    private readonly ulong _narrowGradient;
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ulong _units;
    private readonly int _windowsAcross;
    private readonly ulong _highAcross;
    private readonly ulong _lowAcross;
    private readonly ulong _unitsAcross;
    private readonly ulong _inputAcross;
    private readonly GpuSquares _squares;

    private int _windows;
    private bool _isStored = true;

    private GpuTraining(GpuArena arena, TrainedDecoder decoder, int windows)
    {
        TrainingRecipe recipe = decoder.Recipe;
        (_arena, _device, _config, Windows) = (arena, arena.Device, decoder.Config, windows);
        (_length, _rank, _adapterScale) = (recipe.SequenceLength, recipe.Rank, recipe.AdapterScale);
        _kernels = new GpuTrainingKernels(_device, _config.HeadDimension);
        _lengthStride = GpuMatrix.StrideOf(_length);
        _pagesOfWindow = PagePool.PagesFor(_length);
        int rows = checked(windows * _length);
        _embedding = new GpuTrainedGroup(arena, [decoder.Embedding], rows);
        _output = new GpuTrainedGroup(arena, [decoder.Output], rows);
        _layers = [.. Enumerable.Range(0, _config.Layers).Select(layer => new GpuTrainedLayer(arena, decoder, layer, rows))];
        _matrices = [.. _layers.SelectMany(layer => layer.Groups).Prepend(_output).Prepend(_embedding).SelectMany(group => group.Linears).SelectMany(linear => linear.Matrices)];
        _tapes = [.. Enumerable.Range(0, _config.Layers).Select(_ => new GpuTape(arena, _config, rows))];

        int projections = _config.QueryWidth + (2 * _config.KeyValueWidth);
        int widest = Math.Max(Math.Max(_config.Dimension, _config.QueryWidth), _config.FeedForward);
        int widestOutput = Math.Max(Math.Max(widest, _config.Vocabulary), _rank);
        _host = new int[rows + rows + (windows * ((3 * _length) + 1))];
        _slots = new int[windows];
        _plan = arena.Take(_host.Length, sizeof(int));
        _positions = arena.Take(rows, sizeof(int));
        _sequences = arena.Take(rows, sizeof(int));
        _tiles = arena.Take((long)windows * TilesOfWindow, sizeof(AttendTile));
        _tables = arena.Take((long)windows * _pagesOfWindow, sizeof(ulong));
        _cosines = arena.Take((long)_length * _config.HeadDimension / 2, sizeof(float));
        _sines = arena.Take((long)_length * _config.HeadDimension / 2, sizeof(float));
        _productsBytes = GpuLinear.SumsBytes(_device, rows, Math.Max(Math.Max(projections, 2 * _config.FeedForward), widestOutput));
        _products = _productsBytes == 0 ? 0 : arena.Take(_productsBytes, 1);
        _streams = [.. Enumerable.Range(0, (2 * _config.Layers) + 1).Select(_ => arena.Take((long)rows * _config.Dimension, sizeof(float)))];
        _finalNorm = arena.TakeRows(rows, _config.Dimension);
        _logits = arena.Take((long)rows * _config.Vocabulary, sizeof(float));
        _projections = arena.Take((long)rows * projections, sizeof(float));
        _queryScales = arena.Take((long)rows * _config.Heads, sizeof(float));
        _maxima = arena.Take((long)rows * _config.Heads, sizeof(int));
        _exponents = arena.Take((long)rows * _config.Heads, sizeof(int));
        _denominators = arena.Take((long)rows * _config.Heads, sizeof(long));
        _wide = arena.Take((long)rows * Math.Max(_config.Dimension, 2 * _config.FeedForward), sizeof(float));
        _narrow = arena.Take((long)rows * _rank, sizeof(float));
        _narrowGradient = arena.Take((long)rows * _rank, sizeof(float));
        _scaled = arena.Take(_rank == 0 ? 0 : (long)rows * widest, sizeof(float));
        _faultCount = Math.Max(rows, _matrices.Max(matrix => matrix.Rows));
        _faults = arena.Take(_faultCount, sizeof(int));
        _loss = arena.Take(1, sizeof(long));
        _sum = arena.Take(1, sizeof(long));
        _bits = arena.Take(windows, sizeof(int));
        _streamGradient = arena.Take((long)rows * _config.Dimension, sizeof(float));
        _inputGradient = arena.Take((long)rows * _config.Dimension, sizeof(float));
        _wideGradient = arena.Take((long)rows * Math.Max(_config.QueryWidth, _config.FeedForward), sizeof(float));
        _high = arena.Take((long)rows * GpuMatrix.StrideOf(widestOutput), 1);
        _low = arena.Take((long)rows * GpuMatrix.StrideOf(widestOutput), 1);
        _units = arena.Take(rows, sizeof(float));
        long across = (long)_lengthStride * widestOutput;
        _windowsAcross = (int)Math.Clamp(MostScratchBytes / (3 * across), 1, windows);
        _highAcross = arena.Take(_windowsAcross * across, 1);
        _lowAcross = arena.Take(_windowsAcross * across, 1);
        _unitsAcross = arena.Take((long)_windowsAcross * widestOutput, sizeof(float));
        _inputAcross = arena.Take((long)_windowsAcross * _lengthStride * Math.Max(widest, _rank), 1);
        _squares = new GpuSquares(arena, _config, _length, (int)Math.Clamp(MostScratchBytes / GpuSquares.BytesOf(_config, _length), 1, windows * _config.KeyValueHeads));
        UploadTables();
        foreach (GpuTrainedMatrix matrix in _matrices)
        {
            if (matrix.Parameter is null)
            {
                Turn(matrix);
            }
        }

        Load();
    }

    public int Windows { get; }

    private int Rows => _windows * _length;

    private int Projections => _config.QueryWidth + (2 * _config.KeyValueWidth);

    private int TilesOfWindow => GpuGrid.Blocks(_length * (_config.Heads / _config.KeyValueHeads), GpuPlan.WideTile(_config.HeadDimension));

    /// <summary>Bytes on the device for a recipe and so many windows at once, in good measure.</summary>
    public static long BytesOf(TrainingRecipe recipe, int windows)
    {
        ModelConfig config = recipe.Shape;
        long rows = (long)windows * recipe.SequenceLength;
        long stride = GpuMatrix.StrideOf(recipe.SequenceLength);
        long widest = Math.Max(Math.Max(config.Dimension, config.QueryWidth), config.FeedForward);
        long widestOutput = Math.Max(widest, config.Vocabulary) + 64;
        long parameters = 20 * config.ParameterCount;
        long tapes = rows * GpuTape.RowBytes(config);
        long buffers = rows * ((8L * config.Vocabulary) + (4 * (config.QueryWidth + (2L * config.KeyValueWidth))) + (24L * config.Dimension) + (16L * widest) + (2 * widestOutput) + (24L * config.Heads) + 64);
        long across = Math.Max(3 * stride * widestOutput, Math.Min(MostScratchBytes, 3 * windows * stride * widestOutput));
        long squares = Math.Max(GpuSquares.BytesOf(config, recipe.SequenceLength), Math.Min(MostScratchBytes, windows * config.KeyValueHeads * GpuSquares.BytesOf(config, recipe.SequenceLength)));
        return parameters + tapes + buffers + across + squares;
    }

    /// <summary>Prepares training on a device. If its memory does not suffice after all, everything taken is given back.</summary>
    /// <exception cref="GpuException">The driver refuses something.</exception>
    public static GpuTraining Open(IGpuDevice device, TrainedDecoder decoder, int windows)
    {
        lock (device)
        {
            var arena = new GpuArena(device);
            try
            {
                return new GpuTraining(arena, decoder, windows);
            }
            catch
            {
                arena.Dispose();
                throw;
            }
        }
    }

    public bool Begin()
    {
        lock (_device)
        {
            _device.Clear(_faults, (long)_faultCount * sizeof(int));
            foreach (GpuTrainedMatrix matrix in _matrices)
            {
                if (matrix.Parameter is { } parameter)
                {
                    Quantize(matrix.Weights, new GpuRows(matrix.Quantized, matrix.Stride, matrix.Scales), matrix.Columns, matrix.Rows);
                    Turn(matrix);
                    _device.Clear(matrix.Gradient, (long)parameter.Count * sizeof(float));
                }
            }
        }

        // A weight out of range is found by whoever asks for faults next.
        return true;
    }

    public long Add(ReadOnlySpan<ReadOnlyMemory<int>> windows, float share)
    {
        lock (_device)
        {
            _windows = windows.Length;
            Arrange(windows);
            _device.Clear(_loss, sizeof(long));
            Forward();
            Lose(share);
            Backward();
            long loss;
            _device.Download(&loss, _loss, sizeof(long));
            return Faulted() ? -1 : loss;
        }
    }

    public int MagnitudeBits()
    {
        lock (_device)
        {
            _device.Clear(_bits, sizeof(int));
            foreach (GpuTrainedMatrix matrix in _matrices)
            {
                if (matrix.Parameter is { } parameter)
                {
                    Magnitude(matrix.Gradient, parameter.Count, _bits);
                }
            }

            int bits;
            _device.Download(&bits, _bits, sizeof(int));
            return bits;
        }
    }

    public long SquareSum(float inverse)
    {
        lock (_device)
        {
            _device.Clear(_sum, sizeof(long));
            foreach (GpuTrainedMatrix matrix in _matrices)
            {
                if (matrix.Parameter is { } parameter)
                {
                    var arguments = new ReduceArguments { X = matrix.Gradient, Sum = _sum, Count = parameter.Count, Inverse = inverse };
                    _device.Launch(_kernels.ReduceSquares, Elements(parameter.Count), &arguments, sizeof(ReduceArguments));
                }
            }

            long sum;
            _device.Download(&sum, _sum, sizeof(long));
            return sum;
        }
    }

    public void Descend(in AdamStep step)
    {
        lock (_device)
        {
            foreach (GpuTrainedMatrix matrix in _matrices)
            {
                if (matrix.Parameter is { } parameter)
                {
                    var arguments = new AdamArguments
                    {
                        W = matrix.Weights,
                        M = matrix.Mean,
                        V = matrix.Square,
                        Gradient = matrix.Gradient,
                        Count = parameter.Count,
                        Clip = step.Clip,
                        Rate = step.Rate,
                        Beta1 = step.Beta1,
                        Rest1 = step.Rest1,
                        Beta2 = step.Beta2,
                        Rest2 = step.Rest2,
                        Correction1 = step.Correction1,
                        Correction2 = step.Correction2,
                        Epsilon = step.Epsilon,
                        Decay = step.Decay,
                    };
                    _device.Launch(_kernels.Descend, Elements(parameter.Count), &arguments, sizeof(AdamArguments));
                }
            }

            _isStored = false;
        }
    }

    public void Load()
    {
        lock (_device)
        {
            foreach (GpuTrainedMatrix matrix in _matrices)
            {
                matrix.Load();
            }

            Wait();
            _isStored = true;
        }
    }

    public void Store()
    {
        lock (_device)
        {
            foreach (GpuTrainedMatrix matrix in _matrices)
            {
                if (!_isStored)
                {
                    matrix.Store();
                }
            }

            _isStored = true;
        }
    }

    public void Dispose()
    {
        lock (_device)
        {
            _arena.Dispose();
        }
    }

    // What was uploaded may go.
    private void Wait()
    {
        byte done;
        _device.Download(&done, _faults, 1);
    }

    private bool Faulted()
    {
        int[] faults = new int[_faultCount];
        fixed (int* p = faults)
        {
            _device.Download(p, _faults, (long)_faultCount * sizeof(int));
        }

        return faults.AsSpan().ContainsAnyExcept(0);
    }

    /// <summary>What is the same for every micro-batch: rotary tables, positions, the tiles of attention, and the pages of every window.</summary>
    private void UploadTables()
    {
        int rows = Windows * _length;
        int[] positions = new int[rows];
        int[] sequences = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            (positions[row], sequences[row]) = (row % _length, row / _length);
        }

        int queries = _length * (_config.Heads / _config.KeyValueHeads);
        var tiles = new AttendTile[Windows * TilesOfWindow];
        for (int i = 0; i < tiles.Length; i++)
        {
            int first = i % TilesOfWindow * GpuPlan.WideTile(_config.HeadDimension);
            tiles[i] = new AttendTile { FirstRow = i / TilesOfWindow * _length, FirstQuery = first, QueryCount = Math.Min(GpuPlan.WideTile(_config.HeadDimension), queries - first) };
        }

        long pageBytes = _config.Layers * _config.KeyValueHeads * GpuPages.HeadBytes(_config);
        ulong pages = _arena.Take((long)Windows * _pagesOfWindow * pageBytes, 1);
        ulong[] tables = [.. Enumerable.Range(0, Windows * _pagesOfWindow).Select(page => pages + ((ulong)page * (ulong)pageBytes))];
        var rotary = new RotaryTable(_config, _length);
        long tableBytes = (long)_length * rotary.Half * sizeof(float);
        _device.Upload(_cosines, rotary.Cosines(0), tableBytes);
        _device.Upload(_sines, rotary.Sines(0), tableBytes);
        Upload(_positions, positions);
        Upload(_sequences, sequences);
        Upload(_tiles, tiles);
        Upload(_tables, tables);
        GC.KeepAlive(rotary);
    }

    private void Upload<T>(ulong target, T[] values)
        where T : unmanaged
    {
        fixed (T* p = values)
        {
            _device.Upload(target, p, (long)values.Length * sizeof(T));
            Wait();
        }
    }

    /// <summary>Writes down the windows: tokens, targets, and of each window which rows have which token.</summary>
    private void Arrange(ReadOnlySpan<ReadOnlyMemory<int>> windows)
    {
        for (int w = 0; w < windows.Length; w++)
        {
            ReadOnlySpan<int> tokens = windows[w].Span;
            tokens[.._length].CopyTo(_host.AsSpan(w * _length));
            tokens[1..].CopyTo(_host.AsSpan((Windows + w) * _length));
            Span<int> scatter = _host.AsSpan((2 * Windows * _length) + (w * ((3 * _length) + 1)));
            Span<int> positions = scatter[((2 * _length) + 1)..];
            _slots[w] = 0;
            int placed = 0;
            foreach (IGrouping<int, int> rows in Enumerable.Range(0, _length).GroupBy(t => _host[(w * _length) + t]))
            {
                scatter[_slots[w]] = rows.Key;
                scatter[_length + _slots[w]] = placed;
                _slots[w]++;
                foreach (int row in rows)
                {
                    positions[placed++] = row;
                }
            }

            scatter[_length + _slots[w]] = placed;
        }

        Upload(_plan, _host);
    }
}
