using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ait.Engine.Execution;
using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>
/// The twin of exact training in single precision: the same recipe, weights, windows and optimiser, and nothing quantised. What
/// losses and speed of exact training are compared with; a straightforward implementation with vectors and fused products.
/// </summary>
internal sealed unsafe class FloatTrainer : IDisposable
{
    private readonly TrainingRecipe _recipe;
    private readonly ModelConfig _shape;
    private readonly TrainedDecoder _decoder;
    private readonly WindowOrder _order;
    private readonly WorkCrew _crew;
    private readonly CrewLoop _loop;
    private readonly TrainingKernels _kernels;
    private readonly Dictionary<Parameter, AlignedBuffer<float>> _turned = [];
    private readonly FloatTape[] _tapes;
    private readonly RotaryTable _rotary;
    private readonly int _windows;
    private readonly int _length;
    private readonly int[] _tokens;
    private readonly int[] _targets;
    private readonly int _logitsWidth;
    private readonly AlignedBuffer<float> _stream;
    private readonly AlignedBuffer<float> _normed;
    private readonly AlignedBuffer<float> _roots;
    private readonly AlignedBuffer<float> _logits;
    private readonly AlignedBuffer<float> _wide;
    private readonly AlignedBuffer<float> _streamGradient;
    private readonly AlignedBuffer<float> _inputGradient;
    private readonly AlignedBuffer<float> _wideGradient;
    private readonly AlignedBuffer<float> _queryGradient;
    private readonly AlignedBuffer<float> _keyGradient;
    private readonly AlignedBuffer<float> _valueGradient;
    private readonly AlignedBuffer<float>[] _squares;
    private readonly AlignedBuffer<float>[] _columns;
    private float _product1 = 1f;
    private float _product2 = 1f;

    public FloatTrainer(TrainingRecipe recipe, Model? model, TrainingData data, EngineOptions options)
    {
        _recipe = recipe;
        _shape = recipe.Shape;
        _decoder = new TrainedDecoder(recipe, model);
        _order = new WindowOrder(recipe, data.Tokens);
        _crew = new WorkCrew(options.Threads);
        _loop = new CrewLoop(_crew);
        _kernels = ProcessorTraining.Create(Backends.OnProcessor[^1]);
        _windows = Math.Min(options.BatchSize, recipe.Batch);
        _length = recipe.SequenceLength;
        int rows = _windows * _length;
        _logitsWidth = _decoder.Output.PaddedRows;
        int widest = Math.Max(Math.Max(_shape.Dimension, _shape.QueryWidth), _shape.FeedForward);
        _tapes = [.. Enumerable.Range(0, _shape.Layers).Select(_ => new FloatTape(_shape, rows, _length))];
        _rotary = new RotaryTable(_shape, _length);
        _tokens = new int[rows];
        _targets = new int[rows];
        _stream = Floats(rows, _shape.Dimension);
        _normed = Floats(rows, _shape.Dimension);
        _roots = Floats(rows, 1);
        _logits = Floats(rows, _logitsWidth);
        _wide = Floats(rows, widest);
        _streamGradient = Floats(rows, _shape.Dimension);
        _inputGradient = Floats(rows, _shape.Dimension);
        _wideGradient = Floats(rows, widest);
        _queryGradient = Floats(rows, _shape.QueryWidth);
        _keyGradient = Floats(rows, _shape.KeyValueWidth);
        _valueGradient = Floats(rows, _shape.KeyValueWidth);
        _squares = [.. Enumerable.Range(0, options.Threads).Select(_ => Floats(_length, _length))];
        _columns = [.. Enumerable.Range(0, options.Threads).Select(_ => Floats(_length, _shape.HeadDimension))];
        foreach (Parameter parameter in _decoder.Parameters)
        {
            _turned.Add(parameter, Floats(parameter.Quantized.Packed.PaddedRows, parameter.Columns));
        }
    }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    internal TrainedDecoder Decoder => _decoder;

    /// <summary>Does one step and yields its mean loss in nats.</summary>
    public double Advance()
    {
        double loss = ComputeGradients();
        double square = 0;
        foreach (Parameter parameter in _decoder.Parameters)
        {
            Vector512<float> sum = Vector512<float>.Zero;
            for (int i = 0; i < parameter.Count; i += 16)
            {
                Vector512<float> g = Vector512.Load(parameter.Gradient.Pointer + i);
                sum = Vector512.FusedMultiplyAdd(g, g, sum);
            }

            square += Vector512.Sum(sum);
        }

        float norm = (float)Math.Sqrt(square);
        float rate = TrainingMath.Rate(_recipe, Step + 1);
        Step++;
        _product1 *= _recipe.Beta1;
        _product2 *= _recipe.Beta2;
        var step = new AdamStep(
            norm > _recipe.ClipNorm ? _recipe.ClipNorm / norm : 1f, rate, _recipe.Beta1, 1f - _recipe.Beta1, _recipe.Beta2, 1f - _recipe.Beta2,
            1f / (1f - _product1), 1f / (1f - _product2), _recipe.Epsilon, _recipe.Decay);
        foreach (Parameter parameter in _decoder.Parameters)
        {
            int width = parameter.Columns;
            _loop.Run(parameter.Rows, 32, (from, end, _) =>
            {
                long at = (long)from * width;
                _kernels.AdamW(
                    parameter.Weights.Pointer + at, parameter.Mean.Pointer + at, parameter.Square.Pointer + at, parameter.Gradient.Pointer + at, step, (end - from) * width);
            });
        }

        return loss;
    }

    /// <summary>The gradients of the next step, in the parameters, and its mean loss in nats.</summary>
    public double ComputeGradients()
    {
        foreach (Parameter parameter in _decoder.Parameters)
        {
            parameter.Gradient.Span.Clear();
            Turn(parameter);
        }

        double loss = 0;
        for (int done = 0; done < _recipe.Batch; done += _windows)
        {
            int count = Math.Min(_windows, _recipe.Batch - done);
            for (int w = 0; w < count; w++)
            {
                ReadOnlySpan<int> window = _order[((long)Step * _recipe.Batch) + done + w].Span;
                window[.._length].CopyTo(_tokens.AsSpan(w * _length));
                window[1..].CopyTo(_targets.AsSpan(w * _length));
            }

            loss += Pass(count);
        }

        // As in TrainingPass: pointers keep nothing alive.
        GC.KeepAlive(this);
        return loss / ((double)_recipe.Batch * _length);
    }

    public void Dispose() => _crew.Dispose();

    private double Pass(int windows)
    {
        int rows = windows * _length;
        int d = _shape.Dimension;
        Over(rows, row => new ReadOnlySpan<float>(_decoder.Embedding.Whole!.Weights.Pointer + ((long)_tokens[row] * d), d).CopyTo(new Span<float>(_stream.Pointer + ((long)row * d), d))); // Everything is trained.
        for (int l = 0; l < _shape.Layers; l++)
        {
            FloatTape tape = _tapes[l];
            Norm(rows, tape.Input, tape.InputNorm, tape.InputRoots);
            Forward(rows, Of(l, WeightKind.Query), tape.InputNorm, tape.Query);
            Forward(rows, Of(l, WeightKind.Key), tape.InputNorm, tape.Key);
            Forward(rows, Of(l, WeightKind.Value), tape.InputNorm, tape.Value);
            Over(rows, row => Rotate(tape.Query, tape.Key, row, back: false));
            _loop.Run(windows * _shape.Heads, 1, (from, end, worker) =>
            {
                for (int item = from; item < end; item++)
                {
                    Attend(tape, item / _shape.Heads, item % _shape.Heads, _columns[worker].Pointer);
                }
            });
            Forward(rows, Of(l, WeightKind.AttentionOutput), tape.Attended, _wide);
            Over(rows, row => AddTo(_stream.Pointer + ((long)row * d), _wide.Pointer + ((long)row * d), d));
            Norm(rows, tape.Middle, tape.MiddleNorm, tape.MiddleRoots);
            Forward(rows, Of(l, WeightKind.Gate), tape.MiddleNorm, tape.Gate);
            Forward(rows, Of(l, WeightKind.Up), tape.MiddleNorm, tape.Up);
            Over(rows, row => Gated(tape, row));
            Forward(rows, Of(l, WeightKind.Down), tape.Gated, _wide);
            Over(rows, row => AddTo(_stream.Pointer + ((long)row * d), _wide.Pointer + ((long)row * d), d));
        }

        AlignedBuffer<float> last = Floats(rows, d);
        Norm(rows, last, _normed, _roots);
        Forward(rows, _decoder.Output.Whole!, _normed, _logits); // As above.
        double[] losses = new double[rows];
        Over(rows, row => losses[row] = Lose(row));
        Back(rows, last);
        return losses.Sum();
    }

    private void Back(int rows, AlignedBuffer<float> last)
    {
        int d = _shape.Dimension;
        _streamGradient.Span[..(rows * d)].Clear();
        Backward(rows, _decoder.Output.Whole!, _logits, _normed, _inputGradient, adds: false); // As above.
        NormBack(rows, last, _roots);
        for (int l = _shape.Layers - 1; l >= 0; l--)
        {
            FloatTape tape = _tapes[l];
            Backward(rows, Of(l, WeightKind.Down), _streamGradient, tape.Gated, _wideGradient, adds: false);
            Over(rows, row => GatedBack(tape, row));
            Backward(rows, Of(l, WeightKind.Gate), tape.Gate, tape.MiddleNorm, _inputGradient, adds: false);
            Backward(rows, Of(l, WeightKind.Up), tape.Up, tape.MiddleNorm, _inputGradient, adds: true);
            NormBack(rows, tape.Middle, tape.MiddleRoots);
            Backward(rows, Of(l, WeightKind.AttentionOutput), _streamGradient, tape.Attended, _wideGradient, adds: false);
            _loop.Run(rows / _length * _shape.KeyValueHeads, 1, (from, end, worker) =>
            {
                for (int item = from; item < end; item++)
                {
                    AttendBack(tape, item / _shape.KeyValueHeads, item % _shape.KeyValueHeads, worker);
                }
            });
            Over(rows, row => Rotate(_queryGradient, _keyGradient, row, back: true));
            Backward(rows, Of(l, WeightKind.Query), _queryGradient, tape.InputNorm, _inputGradient, adds: false);
            Backward(rows, Of(l, WeightKind.Key), _keyGradient, tape.InputNorm, _inputGradient, adds: true);
            Backward(rows, Of(l, WeightKind.Value), _valueGradient, tape.InputNorm, _inputGradient, adds: true);
            NormBack(rows, tape.Input, tape.InputRoots);
        }

        for (int row = 0; row < rows; row++)
        {
            AddTo(_decoder.Embedding.Whole!.Gradient.Pointer + ((long)_tokens[row] * d), _streamGradient.Pointer + ((long)row * d), d); // As above.
        }
    }

    private void Attend(FloatTape tape, int window, int head, float* turned)
    {
        int w = _shape.HeadDimension;
        int shared = head / (_shape.Heads / _shape.KeyValueHeads);
        float* query = tape.Query.Pointer + ((long)window * _length * _shape.QueryWidth) + (head * w);
        float* key = tape.Key.Pointer + ((long)window * _length * _shape.KeyValueWidth) + (shared * w);
        float* value = tape.Value.Pointer + ((long)window * _length * _shape.KeyValueWidth) + (shared * w);
        float* shares = tape.Shares.Pointer + (((long)window * _shape.Heads) + head) * _length * _length;
        TurnColumns(key, turned);
        FloatProduct.Run(query, _shape.QueryWidth, 1, 0, _length, turned, _length, _length, w, shares, _length, adds: false);
        float root = 1f / float.Sqrt(w);
        for (int t = 0; t < _length; t++)
        {
            Softmax(shares + (t * _length), t + 1, _length, root);
        }

        FloatProduct.Run(shares, _length, 1, 0, _length, value, _shape.KeyValueWidth, w, _length, tape.Attended.Pointer + ((long)window * _length * _shape.QueryWidth) + (head * w), _shape.QueryWidth, adds: false);
    }

    private void AttendBack(FloatTape tape, int window, int shared, int worker)
    {
        int w = _shape.HeadDimension;
        int group = _shape.Heads / _shape.KeyValueHeads;
        long sharedAt = ((long)window * _length * _shape.KeyValueWidth) + (shared * w);
        float root = 1f / float.Sqrt(w);
        float* square = _squares[worker].Pointer;
        for (int head = shared * group; head < (shared + 1) * group; head++)
        {
            bool adds = head != shared * group;
            long at = ((long)window * _length * _shape.QueryWidth) + (head * w);
            float* shares = tape.Shares.Pointer + (((long)window * _shape.Heads) + head) * _length * _length;
            float* gradient = _wideGradient.Pointer + at;
            FloatProduct.Run(shares, 1, _length, 0, _length, gradient, _shape.QueryWidth, w, _length, _valueGradient.Pointer + sharedAt, _shape.KeyValueWidth, adds);
            TurnColumns(tape.Value.Pointer + sharedAt, _columns[worker].Pointer);
            FloatProduct.Run(gradient, _shape.QueryWidth, 1, 0, _length, _columns[worker].Pointer, _length, _length, w, square, _length, adds: false);
            for (int t = 0; t < _length; t++)
            {
                float* p = shares + (t * _length);
                float* g = square + (t * _length);
                var center = Vector512.Create(Dot(p, g, _length));
                for (int j = 0; j < _length; j += 16)
                {
                    ((Vector512.Load(p + j) * (Vector512.Load(g + j) - center)) * Vector512.Create(root)).Store(g + j);
                }
            }

            FloatProduct.Run(square, _length, 1, 0, _length, tape.Key.Pointer + sharedAt, _shape.KeyValueWidth, w, _length, _queryGradient.Pointer + at, _shape.QueryWidth, adds: false);
            FloatProduct.Run(square, 1, _length, 0, _length, tape.Query.Pointer + at, _shape.QueryWidth, w, _length, _keyGradient.Pointer + sharedAt, _shape.KeyValueWidth, adds);
        }
    }

    private double Lose(int row)
    {
        float* logits = _logits.Pointer + ((long)row * _logitsWidth);
        float greatest = float.NegativeInfinity;
        for (int i = 0; i < _shape.Vocabulary; i++)
        {
            greatest = Math.Max(greatest, logits[i]);
        }

        float target = logits[_targets[row]];
        double sum = 0;
        for (int i = 0; i < _logitsWidth; i += 16)
        {
            Vector512<float> e = Vector512.Exp(Vector512.Load(logits + i) - Vector512.Create(greatest));
            e.Store(logits + i);
        }

        for (int i = 0; i < _shape.Vocabulary; i++)
        {
            sum += logits[i];
        }

        float share = (float)(1 / ((double)_recipe.Batch * _length));
        var scale = Vector512.Create((float)(share / sum));
        for (int i = 0; i < _logitsWidth; i += 16)
        {
            (Vector512.Load(logits + i) * scale).Store(logits + i);
        }

        new Span<float>(logits + _shape.Vocabulary, _logitsWidth - _shape.Vocabulary).Clear();
        logits[_targets[row]] -= share;
        return greatest + RealMath.Ln(sum) - target;
    }

    private static void Softmax(float* s, int seen, int count, float root)
    {
        float greatest = float.NegativeInfinity;
        for (int j = 0; j < seen; j++)
        {
            greatest = Math.Max(greatest, s[j]);
        }

        for (int j = seen; j < count; j++)
        {
            s[j] = float.NegativeInfinity;
        }

        Vector512<float> sum = Vector512<float>.Zero;
        for (int j = 0; j < count; j += 16)
        {
            Vector512<float> e = Vector512.Exp((Vector512.Load(s + j) - Vector512.Create(greatest)) * Vector512.Create(root));
            e.Store(s + j);
            sum += e;
        }

        var scale = Vector512.Create(1f / Vector512.Sum(sum));
        for (int j = 0; j < count; j += 16)
        {
            (Vector512.Load(s + j) * scale).Store(s + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gated(FloatTape tape, int row)
    {
        long at = (long)row * _shape.FeedForward;
        for (int i = 0; i < _shape.FeedForward; i += 16)
        {
            Vector512<float> g = Vector512.Load(tape.Gate.Pointer + at + i);
            Vector512<float> s = Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-g));
            ((g * s) * Vector512.Load(tape.Up.Pointer + at + i)).Store(tape.Gated.Pointer + at + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatedBack(FloatTape tape, int row)
    {
        long at = (long)row * _shape.FeedForward;
        for (int i = 0; i < _shape.FeedForward; i += 16)
        {
            Vector512<float> g = Vector512.Load(tape.Gate.Pointer + at + i);
            Vector512<float> u = Vector512.Load(tape.Up.Pointer + at + i);
            Vector512<float> dy = Vector512.Load(_wideGradient.Pointer + at + i);
            Vector512<float> s = Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-g));
            ((dy * u) * (s + ((g * s) * (Vector512<float>.One - s)))).Store(tape.Gate.Pointer + at + i);
            (dy * (g * s)).Store(tape.Up.Pointer + at + i);
        }
    }

    private void Norm(int rows, AlignedBuffer<float> copy, AlignedBuffer<float> target, AlignedBuffer<float> roots) => Over(rows, row =>
    {
        int d = _shape.Dimension;
        float* h = _stream.Pointer + ((long)row * d);
        float root = 1f / float.Sqrt((Dot(h, h, d) / d) + _shape.NormEpsilon);
        roots.Pointer[row] = root;
        for (int i = 0; i < d; i += 16)
        {
            Vector512<float> v = Vector512.Load(h + i);
            v.Store(copy.Pointer + ((long)row * d) + i);
            (v * Vector512.Create(root)).Store(target.Pointer + ((long)row * d) + i);
        }
    });

    private void NormBack(int rows, AlignedBuffer<float> stream, AlignedBuffer<float> roots) => Over(rows, row =>
    {
        int d = _shape.Dimension;
        float* h = stream.Pointer + ((long)row * d);
        float* g = _inputGradient.Pointer + ((long)row * d);
        float* target = _streamGradient.Pointer + ((long)row * d);
        float r = roots.Pointer[row];
        float c = Dot(h, g, d) * r * r * r / d;
        for (int i = 0; i < d; i += 16)
        {
            (Vector512.Load(target + i) + ((Vector512.Load(g + i) * Vector512.Create(r)) - (Vector512.Load(h + i) * Vector512.Create(c)))).Store(target + i);
        }
    });

    private void Rotate(AlignedBuffer<float> queries, AlignedBuffer<float> keys, int row, bool back)
    {
        int w = _shape.HeadDimension;
        float* cosines = _rotary.Cosines(row % _length);
        float* sines = _rotary.Sines(row % _length);
        for (int head = 0; head < _shape.Heads + _shape.KeyValueHeads; head++)
        {
            float* x = head < _shape.Heads
                ? queries.Pointer + ((long)row * _shape.QueryWidth) + (head * w)
                : keys.Pointer + ((long)row * _shape.KeyValueWidth) + ((head - _shape.Heads) * w);
            for (int i = 0; i < w / 2; i += 8)
            {
                Vector256<float> a = Vector256.Load(x + i);
                Vector256<float> b = Vector256.Load(x + (w / 2) + i);
                Vector256<float> c = Vector256.Load(cosines + i);
                Vector256<float> s = back ? -Vector256.Load(sines + i) : Vector256.Load(sines + i);
                ((a * c) - (b * s)).Store(x + i);
                ((a * s) + (b * c)).Store(x + (w / 2) + i);
            }
        }
    }

    private void Forward(int rows, Parameter parameter, AlignedBuffer<float> x, AlignedBuffer<float> y)
    {
        int width = parameter.Quantized.Packed.PaddedRows;
        _loop.Run(rows, 32, (from, end, _) => FloatProduct.Run(
            x.Pointer, parameter.Columns, 1, from, end, _turned[parameter].Pointer, width, width, parameter.Columns, y.Pointer, width, adds: false));
    }

    private void Backward(int rows, Parameter parameter, AlignedBuffer<float> gradient, AlignedBuffer<float> x, AlignedBuffer<float> inputGradient, bool adds)
    {
        int width = parameter.Quantized.Packed.PaddedRows;
        _loop.Run(rows, 32, (from, end, _) => FloatProduct.Run(
            gradient.Pointer, width, 1, from, end, parameter.Weights.Pointer, parameter.Columns, parameter.Columns, parameter.Rows, inputGradient.Pointer, parameter.Columns, adds));
        _loop.Run(parameter.Rows, 32, (from, end, _) => FloatProduct.Run(
            gradient.Pointer, 1, width, from, end, x.Pointer, parameter.Columns, parameter.Columns, rows, parameter.Gradient.Pointer, parameter.Columns, adds: true));
    }

    private void Turn(Parameter parameter)
    {
        int width = parameter.Quantized.Packed.PaddedRows;
        float* target = _turned[parameter].Pointer;
        _loop.Run(parameter.Rows, 32, (from, end, _) =>
        {
            for (int row = from; row < end; row++)
            {
                float* source = parameter.Weights.Pointer + ((long)row * parameter.Columns);
                for (int i = 0; i < parameter.Columns; i++)
                {
                    target[((long)i * width) + row] = source[i];
                }
            }
        });
    }

    private void TurnColumns(float* x, float* turned)
    {
        for (int t = 0; t < _length; t++)
        {
            for (int i = 0; i < _shape.HeadDimension; i++)
            {
                turned[(i * _length) + t] = x[((long)t * _shape.KeyValueWidth) + i];
            }
        }
    }

    private Parameter Of(int layer, WeightKind kind) => _decoder.Of(layer, kind).Whole!; // The twin trains everything.

    private static float Dot(float* x, float* y, int count)
    {
        Vector512<float> sum = Vector512<float>.Zero;
        for (int i = 0; i < count; i += 16)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sum);
        }

        return Vector512.Sum(sum);
    }

    private static void AddTo(float* x, float* y, int count)
    {
        for (int i = 0; i < count; i += 16)
        {
            (Vector512.Load(x + i) + Vector512.Load(y + i)).Store(x + i);
        }
    }

    private void Over(int items, Action<int> body) => _loop.Run(items, 16, (from, end, _) =>
    {
        for (int item = from; item < end; item++)
        {
            body(item);
        }
    });

    private static AlignedBuffer<float> Floats(int rows, int width) => new(checked(rows * width));
}
