using Ait.Engine.Execution;
using Ait.Engine.Weights;

namespace Ait.Engine.Gpu;

/// <summary>
/// Takes slices of several sequences through a model on a device, token choice included. The host decides what is computed and
/// where it lies, uploads that in one piece, and waits once per step. Steps of one token per sequence are recorded and replayed.
/// </summary>
internal sealed unsafe partial class GpuExecutor : IStepExecutor
{
    // Scores are kept between the two passes of attention if they fit; else the second pass computes them again.
    private const long MaxScoreBytes = 256L << 20;

    // 127 · 127 · 131072 is below 2^31: so many keys fit the sums of one block.
    private const int MaxKeysPerSplit = 131_072;

    private readonly IGpuDevice _device;
    private readonly GpuModel _weights;
    private readonly ModelConfig _config;
    private readonly GpuKernels _kernels;
    private readonly int _group;
    private readonly int _maxRows;
    private readonly int _maxSequences;
    private readonly GpuPlan _plan;
    private readonly List<ulong> _owned = [];
    private readonly Dictionary<GpuStepShape, nint> _recordings = [];

    private readonly ulong _products;
    private readonly long _productsBytes;
    private readonly ulong _hidden;
    private readonly ulong _normed;
    private readonly ulong _normedScales;
    private readonly ulong _quantized;
    private readonly ulong _scales;
    private readonly ulong _gated;
    private readonly ulong _gatedScales;
    private readonly ulong _projections;
    private readonly ulong _queries;
    private readonly ulong _queryScales;
    private readonly ulong _maxima;
    private readonly ulong _exponents;
    private readonly ulong _denominators;
    private readonly ulong _attended;
    private readonly ulong _gates;
    private readonly ulong _logits;
    private readonly ulong _tokens;
    private readonly ulong _faults;
    private readonly ulong _pools;
    private readonly float* _hostLogits;
    private readonly int* _hostTokens;
    private readonly int* _hostFaults;
    private readonly long* _hostPools;

    // Grown by EnsurePositions.
    private int _positions;
    private int _splitRows;
    private ulong _cosines;
    private ulong _sines;
    private ulong _sums;
    private ulong _scores;
    private long _scoreStride;
    private GpuStepShape _shape;

    // Where the logits of the coming step go: into the first or the second half of the host's.
    private int _firstLogits;

    public GpuExecutor(GpuModel weights, ModelConfig config, int maxRows, int maxSequences, int maxPositions)
    {
        _device = weights.Device;
        _weights = weights;
        _config = config;
        _kernels = new GpuKernels(_device, config.HeadDimension);
        _group = config.Heads / config.KeyValueHeads;
        _maxRows = maxRows;
        _maxSequences = maxSequences;
        lock (_device)
        {
            _plan = new GpuPlan(_device, maxRows, maxSequences, _group, config.HeadDimension);
            _productsBytes = GpuLinear.SumsBytes(
                _device, maxRows, Math.Max(config.Dimension, Math.Max(config.QueryWidth + (2 * config.KeyValueWidth), 2 * config.FeedForward)));
            _products = _productsBytes == 0 ? 0 : Take(1, _productsBytes, 1);
            _hidden = Take(maxRows, config.Dimension, sizeof(float));
            // While a part of a product is quantised, another waits to be multiplied: what is made lies apart from what it is made of.
            _normed = Take(maxRows, GpuMatrix.StrideOf(config.Dimension), 1);
            _normedScales = Take(maxRows, 1, sizeof(float));
            _quantized = Take(maxRows, GpuMatrix.StrideOf(config.QueryWidth), 1);
            _scales = Take(maxRows, 1, sizeof(float));
            _gated = Take(maxRows, GpuMatrix.StrideOf(config.FeedForward), 1);
            _gatedScales = Take(maxRows, 1, sizeof(float));
            _projections = Take(maxRows, config.QueryWidth + (2L * config.KeyValueWidth), sizeof(float));
            _queries = Take(maxRows, (long)config.Heads * GpuPages.KeyStride(config), 1);
            _queryScales = Take(maxRows, config.Heads, sizeof(float));
            _maxima = Take(maxRows, config.Heads, sizeof(int));
            _exponents = Take(maxRows, config.Heads, sizeof(int));
            _denominators = Take(maxRows, config.Heads, sizeof(long));
            _attended = Take(maxRows, config.QueryWidth, sizeof(float));
            _gates = Take(maxRows, 2L * config.FeedForward, sizeof(float));
            _logits = Take(maxSequences, config.Vocabulary, sizeof(float));
            _tokens = Take(maxSequences, 1, sizeof(int));
            _faults = Take(maxRows, 1, sizeof(int));
            _pools = Take(maxSequences, config.Dimension, sizeof(long));
            _hostLogits = (float*)_device.AllocateHost(2L * maxSequences * config.Vocabulary * sizeof(float));
            _hostTokens = (int*)_device.AllocateHost(maxSequences * sizeof(int));
            _hostFaults = (int*)_device.AllocateHost(maxRows * sizeof(int));
            _hostPools = (long*)_device.AllocateHost((long)maxSequences * config.Dimension * sizeof(long));
        }

        EnsurePositions(maxPositions);
    }

    public void EnsurePositions(int positions)
    {
        if (positions <= _positions)
        {
            return;
        }

        lock (_device)
        {
            // What was recorded holds the addresses of what is replaced.
            Forget();
            foreach (ulong address in new[] { _cosines, _sines, _sums, _scores })
            {
                if (address != 0)
                {
                    _device.Release(address);
                }
            }

            _positions = positions;
            var rotary = new RotaryTable(_config, positions);
            long tableBytes = (long)positions * rotary.Half * sizeof(float);
            _cosines = _device.Allocate(tableBytes);
            _sines = _device.Allocate(tableBytes);
            _device.Upload(_cosines, rotary.Cosines(0), tableBytes);
            _device.Upload(_sines, rotary.Sines(0), tableBytes);
            _splitRows = positions > MaxKeysPerSplit ? _maxRows : Math.Min(_maxRows, Math.Max(_maxSequences, 64));
            _sums = _device.Allocate((long)_splitRows * _config.QueryWidth * sizeof(long));
            _scoreStride = (positions + HeadCache.PagePositions - 1) / HeadCache.PagePositions * HeadCache.PagePositions;
            long scoreBytes = (long)_maxSequences * _config.Heads * _scoreStride * sizeof(int);
            _scores = scoreBytes <= MaxScoreBytes ? _device.Allocate(scoreBytes) : 0;
            _plan.EnsurePages((int)(_scoreStride / HeadCache.PagePositions));
            // The tables go out of scope; the copies must not.
            byte done;
            _device.Download(&done, _cosines, 1);
            GC.KeepAlive(rotary);
        }
    }

    /// <summary>There is room for the logits of two steps.</summary>
    public bool KeepsLogits => true;

    public ReadOnlySpan<float> Logits(int row) => new(_hostLogits + ((long)row * _config.Vocabulary), _config.Vocabulary);

    public void Step(ReadOnlySpan<Slice> slices)
    {
        lock (_device)
        {
            _plan.Arrange(slices);
            _shape = ShapeOf(slices);
            _plan.Upload();
            if (_shape.Rows != slices.Length)
            {
                Enqueue();
            }
            else
            {
                if (!_recordings.TryGetValue(_shape, out nint recording))
                {
                    _device.StartRecording();
                    Enqueue();
                    recording = _device.EndRecording();
                    _recordings.Add(_shape, recording);
                }

                _device.Replay(recording);
            }

            Fetch(slices);
        }
    }

    public void Dispose()
    {
        lock (_device)
        {
            Forget();
            foreach (ulong address in _owned)
            {
                _device.Release(address);
            }

            foreach (ulong address in new[] { _cosines, _sines, _sums, _scores })
            {
                if (address != 0)
                {
                    _device.Release(address);
                }
            }

            _device.ReleaseHost(_hostLogits);
            _device.ReleaseHost(_hostTokens);
            _device.ReleaseHost(_hostFaults);
            _device.ReleaseHost(_hostPools);
            _plan.Dispose();
        }
    }

    private ulong Take(long rows, long width, int size)
    {
        ulong address = _device.Allocate(checked(rows * width * size));
        _owned.Add(address);
        return address;
    }

    private void Forget()
    {
        foreach (nint recording in _recordings.Values)
        {
            _device.ReleaseRecording(recording);
        }

        _recordings.Clear();
    }

    /// <summary>How the coming step is divided; two steps of one shape differ only in what the plan holds.</summary>
    private GpuStepShape ShapeOf(ReadOnlySpan<Slice> slices)
    {
        int rows = _plan.Rows;
        int keys = _plan.LongestKeys;
        int splits = (keys + MaxKeysPerSplit - 1) / MaxKeysPerSplit;
        if (rows <= _splitRows)
        {
            // Enough warps for the device, but none without a page. Powers of two keep the shapes few.
            int blocks = _plan.TileCount * _config.KeyValueHeads;
            int pages = (keys + HeadCache.PagePositions - 1) / HeadCache.PagePositions;
            bool shared = _plan.TileQueries == GpuPlan.NarrowTile && GpuPlan.WideTile(_config.HeadDimension) == 64;
            (int each, int enough) = shared ? (AttendWarps, _device.Multiprocessors) : (1, 2 * _device.Multiprocessors);
            while (splits * each < pages && blocks * splits < enough)
            {
                splits *= 2;
            }
        }

        return new GpuStepShape(rows, _plan.LogitsCount, _plan.TileCount, _plan.TileQueries, splits, _scores != 0 && rows <= _maxSequences, _plan.PoolCount);
    }

    private void Fetch(ReadOnlySpan<Slice> slices)
    {
        if (_plan.LogitsCount > 0)
        {
            _firstLogits = _firstLogits == 0 ? _maxSequences : 0;
            _device.Download(_hostLogits + ((long)_firstLogits * _config.Vocabulary), _logits, (long)_plan.LogitsCount * _config.Vocabulary * sizeof(float));
            _device.Download(_hostTokens, _tokens, _plan.LogitsCount * sizeof(int));
        }

        if (_plan.PoolCount > 0)
        {
            _device.Download(_hostPools, _pools, (long)_plan.PoolCount * _config.Dimension * sizeof(long));
        }

        _device.Download(_hostFaults, _faults, _plan.Rows * sizeof(int));
        int row = 0;
        int pool = 0;
        foreach (Slice slice in slices)
        {
            for (int end = row + slice.Tokens.Length; row < end; row++)
            {
                slice.Faulted |= _hostFaults[row] != 0;
            }

            slice.Token = -1;
            if (slice.LogitsRow >= 0)
            {
                slice.Token = _hostTokens[slice.LogitsRow];
                slice.LogitsRow += _firstLogits;
            }

            if (slice.Pool is not null)
            {
                for (int i = 0; i < _config.Dimension; i++)
                {
                    slice.Pool[i] += _hostPools[((long)pool * _config.Dimension) + i];
                }

                pool++;
            }
        }
    }
}
