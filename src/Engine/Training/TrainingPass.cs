using Ait.Engine.Execution;
using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>
/// Takes the windows of a micro-batch through the decoder and back. Forward is inference to the bit. Every gradient of a matrix
/// is summed window by window in their order, so how windows are grouped, and how many threads there are, changes nothing.
/// </summary>
internal sealed unsafe partial class TrainingPass
{
    private const int RowGrain = 16;

    private readonly TrainedDecoder _decoder;
    private readonly ModelConfig _config;
    private readonly Kernels _kernels;
    private readonly TrainingKernels _training;
    private readonly CrewLoop _loop;
    private readonly int _length;
    private readonly int _rank;
    private readonly float _adapterScale;
    private readonly float _scoreScale;
    private readonly LayerTape[] _tapes;
    private readonly KeyValueCache[] _caches;
    private readonly RotaryTable _rotary;
    private readonly int[] _tokens;
    private readonly int[] _targets;
    private readonly int[] _slots;

    private readonly AlignedBuffer<float> _hidden;
    private readonly AlignedBuffer<float> _roots;
    private readonly QuantizedRows _finalNorm;
    private readonly AlignedBuffer<float> _logits;
    private readonly AlignedBuffer<float> _query;
    private readonly AlignedBuffer<float> _key;
    private readonly AlignedBuffer<float> _value;
    private readonly AlignedBuffer<float> _wide;
    private readonly AlignedBuffer<sbyte> _packed;
    private readonly AlignedBuffer<int> _packedSums;
    private readonly AlignedBuffer<int> _scores;
    private readonly int _scoresStride;

    // Of the backward pass.
    private readonly AlignedBuffer<float> _streamGradient;
    private readonly AlignedBuffer<float> _inputGradient;
    private readonly AlignedBuffer<float> _wideGradient;
    private readonly AlignedBuffer<float> _folded;
    private readonly AlignedBuffer<short> _rounded;
    private readonly AlignedBuffer<float> _units;
    private readonly AlignedBuffer<int> _outputPairs;
    private readonly AlignedBuffer<float> _outputUnits;
    private readonly AlignedBuffer<int> _inputPairs;
    private readonly AlignedBuffer<float> _narrow;
    private readonly AlignedBuffer<float> _narrowGradient;
    private readonly AlignedBuffer<float> _scaled;
    private readonly Dictionary<LinearLayer, QuantizedRows> _adapterTapes = [];
    private readonly AttentionScratch[] _attention;
    private readonly AlignedBuffer<short> _normScratch;

    private int _windows;
    private volatile bool _fault;

    public TrainingPass(TrainedDecoder decoder, Kernels kernels, TrainingKernels training, CrewLoop loop, int windows)
    {
        TrainingRecipe recipe = decoder.Recipe;
        (_decoder, _config, _kernels, _training, _loop) = (decoder, decoder.Config, kernels, training, loop);
        _length = recipe.SequenceLength;
        _rank = recipe.Rank;
        _adapterScale = recipe.AdapterScale;
        _scoreScale = ExactMath.Log2EQ16 / float.Sqrt(_config.HeadDimension);
        int rows = checked(windows * _length);
        int logitsWidth = decoder.Output.PaddedRows;
        int widest = Math.Max(Math.Max(_config.Dimension, _config.QueryWidth), _config.FeedForward);
        int widestOutput = Math.Max(widest, logitsWidth);
        _tapes = [.. Enumerable.Range(0, _config.Layers).Select(_ => new LayerTape(_config, rows))];
        ModelConfig oneLayer = _config with { Layers = 1 };
        _caches = [.. Enumerable.Range(0, windows).Select(_ => new KeyValueCache(oneLayer, _length))];
        _rotary = new RotaryTable(_config, _length);
        _tokens = new int[rows];
        _targets = new int[rows];
        _slots = new int[_config.Vocabulary];
        _hidden = Floats(rows, _config.Dimension);
        _roots = Floats(rows, 1);
        _finalNorm = new QuantizedRows(rows, _config.Dimension);
        _logits = Floats(rows, logitsWidth);
        _query = Floats(rows, _config.QueryWidth);
        _key = Floats(rows, _config.KeyValueWidth);
        _value = Floats(rows, _config.KeyValueWidth);
        _wide = Floats(rows, widest);
        _packed = new AlignedBuffer<sbyte>(kernels.PacksActivations ? checked(rows * Math.Max(widest, _rank)) : 0);
        _packedSums = new AlignedBuffer<int>(rows);
        _scoresStride = (_length + 31) / 16 * 16;
        _scores = new AlignedBuffer<int>(checked(loop.Threads * Math.Max(_scoresStride, logitsWidth)));
        _streamGradient = Floats(rows, _config.Dimension);
        _inputGradient = Floats(rows, _config.Dimension);
        _wideGradient = Floats(rows, widest);
        _folded = Floats(rows, widestOutput);
        _rounded = new AlignedBuffer<short>(checked(rows * widestOutput));
        _units = Floats(rows, 1);
        _outputPairs = new AlignedBuffer<int>(checked(_length / 2 * widestOutput));
        _outputUnits = Floats(widestOutput, 1);
        _inputPairs = new AlignedBuffer<int>(checked(_length / 2 * Math.Max(widest, _rank)));
        _narrow = Floats(_rank == 0 ? 0 : rows, _rank);
        _narrowGradient = Floats(_rank == 0 ? 0 : rows, _rank);
        _scaled = Floats(_rank == 0 ? 0 : rows, widest);
        _attention = [.. Enumerable.Range(0, loop.Threads).Select(_ => new AttentionScratch(_config, _length))];
        _normScratch = new AlignedBuffer<short>(checked(loop.Threads * 2 * _config.Dimension));
        foreach (LinearLayer layer in decoder.Layers.SelectMany(layers => layers).Where(layer => layer.Inner is not null))
        {
            _adapterTapes.Add(layer, new QuantizedRows(rows, _rank));
        }
    }

    private int Rows => _windows * _length;

    /// <summary>
    /// Adds the gradients of windows of length + 1 tokens, and yields their loss in units of 2^-16 binary digits. −1 on a numeric
    /// fault.
    /// </summary>
    public long Run(ReadOnlySpan<ReadOnlyMemory<int>> windows, float share)
    {
        _windows = windows.Length;
        _fault = false;
        for (int w = 0; w < windows.Length; w++)
        {
            ReadOnlySpan<int> tokens = windows[w].Span;
            tokens[.._length].CopyTo(_tokens.AsSpan(w * _length));
            tokens[1..].CopyTo(_targets.AsSpan(w * _length));
        }

        Forward();
        long loss = _fault ? -1 : Lose(share);
        if (loss >= 0)
        {
            Backward();
        }

        // The kernels work through pointers into buffers that only this object holds.
        GC.KeepAlive(this);
        return _fault ? -1 : loss;
    }

    /// <summary>The logits of a window's position, before <see cref="Run"/> turned them into gradients.</summary>
    internal float[] ForwardLogits(ReadOnlyMemory<int> tokens)
    {
        _windows = 1;
        _fault = false;
        tokens.Span[.._length].CopyTo(_tokens);
        Forward();
        return _logits.Span[..(_length * _decoder.Output.PaddedRows)].ToArray();
    }

    private void Forward()
    {
        Over(Rows, (row, _) =>
        {
            PackedMatrix table = _decoder.Embedding.Main.Packed;
            int token = _tokens[row];
            float* hidden = Hidden(row);
            for (int i = 0; i < _config.Dimension; i++)
            {
                hidden[i] = table[token, i] * table.Scales[token];
            }
        });
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            ForwardAttention(layer, _tapes[layer]);
            ForwardGate(layer, _tapes[layer]);
        }

        Norm(_finalNorm, _roots);
        Linear(_decoder.Output, _finalNorm, _logits);
    }

    private void ForwardAttention(int layer, LayerTape tape)
    {
        Copy(_hidden, tape.Input);
        Norm(tape.InputNorm, tape.InputRoots);
        Linear(_decoder.Of(layer, WeightKind.Query), tape.InputNorm, _query);
        Linear(_decoder.Of(layer, WeightKind.Key), tape.InputNorm, _key);
        Linear(_decoder.Of(layer, WeightKind.Value), tape.InputNorm, _value);
        Over(Rows, (row, _) => Place(tape, row));
        Over(Rows * _config.Heads, (item, worker) =>
        {
            (int row, int head) = (item / _config.Heads, item % _config.Heads);
            int group = _config.Heads / _config.KeyValueHeads;
            long offset = ((long)row * _config.QueryWidth) + (head * _config.HeadDimension);
            _kernels.Attend(
                _caches[row / _length].Head(0, head / group),
                0,
                (row % _length) + 1,
                tape.Query.Pointer + offset,
                tape.QueryUnits.Pointer[item] * _scoreScale,
                _scores.Pointer + (worker * _scoresStride),
                tape.Attended.Pointer + offset);
        });
        Quantize(tape.Attended, tape.AttendedRows);
        Linear(_decoder.Of(layer, WeightKind.AttentionOutput), tape.AttendedRows, _wide);
        AddToStream();
    }

    private void ForwardGate(int layer, LayerTape tape)
    {
        Copy(_hidden, tape.Middle);
        Norm(tape.MiddleNorm, tape.MiddleRoots);
        Linear(_decoder.Of(layer, WeightKind.Gate), tape.MiddleNorm, tape.Gate);
        Linear(_decoder.Of(layer, WeightKind.Up), tape.MiddleNorm, tape.Up);
        Copy(tape.Gate, _wide, _config.FeedForward);
        Over(Rows, (row, _) =>
        {
            long offset = (long)row * _config.FeedForward;
            _kernels.GatedSilu(_wide.Pointer + offset, tape.Up.Pointer + offset, _config.FeedForward);
        });
        Quantize(_wide, tape.Gated);
        Linear(_decoder.Of(layer, WeightKind.Down), tape.Gated, _wide);
        AddToStream();
    }

    // Rotates queries and keys, quantises them, and fills the window's cache.
    private void Place(LayerTape tape, int row)
    {
        int width = _config.HeadDimension;
        int position = row % _length;
        float* cosines = _rotary.Cosines(position);
        float* sines = _rotary.Sines(position);
        bool fits = true;
        for (int head = 0; head < _config.Heads; head++)
        {
            long offset = ((long)row * _config.QueryWidth) + (head * width);
            _kernels.Rotate(_query.Pointer + offset, cosines, sines, width / 2);
            fits &= _kernels.Quantize(_query.Pointer + offset, width, tape.Query.Pointer + offset, out float magnitude);
            tape.QueryUnits.Pointer[((long)row * _config.Heads) + head] = magnitude / 127f;
        }

        for (int head = 0; head < _config.KeyValueHeads; head++)
        {
            HeadCache cache = _caches[row / _length].Head(0, head);
            long offset = ((long)row * _config.KeyValueWidth) + (head * width);
            long at = ((long)row * _config.KeyValueHeads) + head;
            _kernels.Rotate(_key.Pointer + offset, cosines, sines, width / 2);
            fits &= _kernels.Quantize(_key.Pointer + offset, width, tape.Key.Pointer + offset, out float magnitude);
            tape.KeyUnits.Pointer[at] = magnitude / 127f;
            KeyValueCache.StoreKey(cache, position, tape.Key.Pointer + offset, magnitude / 127f);
            fits &= KeyValueCache.StoreValue(cache, position, _value.Pointer + offset);
            for (int i = 0; i < width; i++)
            {
                tape.Value.Pointer[offset + i] = cache.Value(position, i);
            }

            tape.ValueUnits.Pointer[at] = ExactMath.PowerOfTwo(cache.ValueExponent(position));
        }

        Demand(fits);
    }

    private long Lose(float share)
    {
        long[] losses = new long[Rows];
        int width = _decoder.Output.PaddedRows;
        Over(Rows, (row, worker) =>
        {
            losses[row] = _training.CrossEntropy(
                _logits.Pointer + ((long)row * width), _config.Vocabulary, _targets[row], share, _scores.Pointer + (worker * Math.Max(_scoresStride, width)));
            Demand(losses[row] >= 0);
        });
        return losses.Sum();
    }

    private void Norm(QuantizedRows target, AlignedBuffer<float> roots) => Over(Rows, (row, _) =>
    {
        bool fits = _kernels.NormQuantize(Hidden(row), _config.Dimension, _config.NormEpsilon, target.Row(row), out target.Scales[row]);
        fits &= _kernels.InverseRoot(Hidden(row), _config.Dimension, _config.NormEpsilon, out roots.Pointer[row]);
        Demand(fits);
    });

    private void Quantize(AlignedBuffer<float> source, QuantizedRows target) => Over(Rows, (row, _) =>
    {
        Demand(_kernels.Quantize(source.Pointer + ((long)row * target.Width), target.Width, target.Row(row), out float magnitude));
        target.Scales[row] = magnitude / 127f;
    });

    /// <summary>The layer, and what its adapter adds: λ · (B · Q(A · x)).</summary>
    private void Linear(LinearLayer layer, QuantizedRows x, AlignedBuffer<float> y)
    {
        Linear(layer.Main.Packed, x, y);
        if (layer.Inner is null || layer.Outer is null)
        {
            return;
        }

        QuantizedRows narrow = _adapterTapes[layer];
        Linear(layer.Inner.Quantized.Packed, x, _narrow);
        Quantize(_narrow, narrow);
        Linear(layer.Outer.Quantized.Packed, narrow, _scaled);
        int width = layer.PaddedRows;
        Over(Rows, (row, _) =>
        {
            long offset = (long)row * width;
            _training.Multiply(_scaled.Pointer + offset, _adapterScale, _scaled.Pointer + offset, width);
            _kernels.Add(y.Pointer + offset, _scaled.Pointer + offset, width);
        });
    }

    private void Linear(PackedMatrix matrix, QuantizedRows x, AlignedBuffer<float> y)
    {
        if (_kernels.PacksActivations)
        {
            Over(Rows / Activations.TileRows, (tile, _) =>
            {
                int row = tile * Activations.TileRows;
                _kernels.Pack(x.Row(row), x.Width, x.Width, Activations.TileRows, _packed.Pointer + ((long)row * x.Width), _packedSums.Pointer + row);
            });
        }

        var rows = new Activations(x.Row(0), x.Width, x.Scales, Rows, _packed.Pointer, _packedSums.Pointer);
        _loop.Run(matrix.Panels, Math.Max(1, matrix.Panels / (_loop.Threads * 4)), (from, end, _) => _kernels.Linear(matrix, from, end, rows, y.Pointer, matrix.PaddedRows));
    }

    private void AddToStream() => Over(Rows, (row, _) => _kernels.Add(Hidden(row), _wide.Pointer + ((long)row * _config.Dimension), _config.Dimension));

    private void Copy(AlignedBuffer<float> source, AlignedBuffer<float> target) => Copy(source, target, _config.Dimension);

    private void Copy(AlignedBuffer<float> source, AlignedBuffer<float> target, int width) => source.Span[..(Rows * width)].CopyTo(target.Span);

    private void Demand(bool fits)
    {
        if (!fits)
        {
            _fault = true;
        }
    }

    private void Over(int items, Action<int, int> body) => _loop.Run(items, RowGrain, (from, end, worker) =>
    {
        for (int item = from; item < end; item++)
        {
            body(item, worker);
        }
    });

    private float* Hidden(int row) => _hidden.Pointer + ((long)row * _config.Dimension);

    private static AlignedBuffer<float> Floats(int rows, int width) => new(checked(rows * width));
}
