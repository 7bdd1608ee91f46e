using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

internal sealed unsafe partial class StepExecutor : IWork
{
    void IWork.Execute(int phase, int from, int end, int worker)
    {
        LayerWeights layer = Layer;
        switch ((Phase)phase)
        {
            case Phase.Embed:
                Each(from, end, &Embed);
                break;
            case Phase.NormInput:
                Each(from, end, &NormHidden);
                break;
            case Phase.Projections:
                Linear(layer.Query, from, end, 0, _query);
                Linear(layer.Key, from, end, layer.Query.Panels, _key);
                Linear(layer.Value, from, end, layer.Query.Panels + layer.Key.Panels, _value);
                break;
            case Phase.Position:
                Each(from, end, &Position);
                break;
            case Phase.Attention:
                for (int item = from; item < end; item++)
                {
                    Attend(item / _config.Heads, item % _config.Heads, worker);
                }

                break;
            case Phase.QuantizeAttended:
                Each(from, end, &QuantizeAttended);
                break;
            case Phase.AttentionOutput:
                Linear(layer.AttentionOutput, from, end, 0, _delta);
                break;
            case Phase.NormMiddle:
                Each(from, end, &AddAttended);
                Each(from, end, &NormHidden);
                break;
            case Phase.GateUp:
                Linear(layer.Gate, from, end, 0, _gate);
                Linear(layer.Up, from, end, layer.Gate.Panels, _up);
                break;
            case Phase.QuantizeGated:
                Each(from, end, &QuantizeGated);
                break;
            case Phase.Down:
                Linear(layer.Down, from, end, 0, _delta);
                break;
            case Phase.AddDown:
                Each(from, end, &AddDown);
                break;
            case Phase.NormOutput:
                for (int i = from; i < end; i++)
                {
                    NormLogits(i);
                }

                break;
            case Phase.Pack:
                for (int tile = from; tile < end; tile++)
                {
                    PackTile(tile);
                }

                break;
            case Phase.Output:
                Output(from, end);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(phase));
        }
    }

    // Before the first layer and after the last the phases use none.
    private LayerWeights Layer => _model.Layers[Math.Min(_layer, _config.Layers - 1)];

    private void Each(int from, int end, delegate*<StepExecutor, int, void> action)
    {
        for (int row = from; row < end; row++)
        {
            action(this, row);
        }
    }

    private static void Embed(StepExecutor step, int row)
    {
        PackedMatrix table = step._model.Embedding;
        int token = step._rowToken[row];
        float scale = table.Scales[token];
        float* hidden = step.Hidden(row);
        for (int i = 0; i < step._config.Dimension; i++)
        {
            hidden[i] = table[token, i] * scale;
        }
    }

    private static void NormHidden(StepExecutor step, int row)
    {
        bool fits = step._kernels.NormQuantize(
            step.Hidden(row), step._config.Dimension, step._config.NormEpsilon, step.Quantized(row), out step._scales.Pointer[row]);
        step._rowFault[row] |= !fits;
    }

    private static void AddAttended(StepExecutor step, int row) => step.AddDelta(row, step.Layer.AttentionOutputBias);

    private static void AddDown(StepExecutor step, int row) => step.AddDelta(row, step.Layer.DownBias);

    private void AddDelta(int row, AlignedBuffer<float>? bias)
    {
        float* delta = _delta.Pointer + ((long)row * _config.Dimension);
        AddBias(delta, bias);
        _kernels.Add(Hidden(row), delta, _config.Dimension);
    }

    private void AddBias(float* y, AlignedBuffer<float>? bias)
    {
        if (bias is not null)
        {
            _kernels.Add(y, bias.Pointer, bias.Length);
        }
    }

    /// <summary>Adds biases, norms and rotates queries and keys, quantises them, and stores keys and values.</summary>
    private static void Position(StepExecutor step, int row)
    {
        ModelConfig config = step._config;
        LayerWeights layer = step.Layer;
        step.AddBias(step._query.Pointer + ((long)row * config.QueryWidth), layer.QueryBias);
        step.AddBias(step._key.Pointer + ((long)row * config.KeyValueWidth), layer.KeyBias);
        step.AddBias(step._value.Pointer + ((long)row * config.KeyValueWidth), layer.ValueBias);
        int width = config.HeadDimension;
        int position = step._rowPosition[row];
        float* cosines = step._rotary.Cosines(position);
        float* sines = step._rotary.Sines(position);
        bool fits = true;
        for (int head = 0; head < config.Heads; head++)
        {
            long offset = ((long)row * config.QueryWidth) + (head * width);
            fits &= step.NormHead(step._query.Pointer + offset, layer.QueryGain);
            step._kernels.Rotate(step._query.Pointer + offset, cosines, sines, width / 2);
            fits &= step._kernels.Quantize(step._query.Pointer + offset, width, step._quantizedQuery.Pointer + offset, out float magnitude);
            step._queryScales.Pointer[((long)row * config.Heads) + head] = (magnitude / 127f) * step._scoreScale;
        }

        short* quantizedKey = stackalloc short[EngineLimits.MaxHeadDimension];
        for (int head = 0; head < config.KeyValueHeads; head++)
        {
            HeadCache cache = step._rowSlice[row].Cache.Head(step._layer, head);
            long offset = ((long)row * config.KeyValueWidth) + (head * width);
            fits &= step.NormHead(step._key.Pointer + offset, layer.KeyGain);
            step._kernels.Rotate(step._key.Pointer + offset, cosines, sines, width / 2);
            fits &= step._kernels.Quantize(step._key.Pointer + offset, width, quantizedKey, out float magnitude);
            KeyValueCache.StoreKey(cache, position, quantizedKey, magnitude / 127f);
            fits &= KeyValueCache.StoreValue(cache, position, step._value.Pointer + offset);
        }

        step._rowFault[row] |= !fits;
    }

    private bool NormHead(float* x, AlignedBuffer<float>? gain)
    {
        if (gain is null)
        {
            return true;
        }

        bool fits = _kernels.InverseRoot(x, gain.Length, _config.NormEpsilon, out float inverseRoot);
        _kernels.Scale(x, inverseRoot, gain.Pointer, gain.Length);
        return fits;
    }

    private void Attend(int row, int head, int worker)
    {
        int end = _rowPosition[row] + 1;
        HeadCache cache = _rowSlice[row].Cache.Head(_layer, head / _groupSize);
        long offset = ((long)row * _config.QueryWidth) + (head * _config.HeadDimension);
        _kernels.Attend(
            cache,
            _config.SlidingWindow == 0 ? 0 : Math.Max(0, end - _config.SlidingWindow),
            end,
            _quantizedQuery.Pointer + offset,
            _queryScales.Pointer[((long)row * _config.Heads) + head],
            _scores.Pointer + ((long)worker * _scoresStride),
            _attended.Pointer + offset);
    }

    private static void QuantizeAttended(StepExecutor step, int row) =>
        step.QuantizeRow(row, step._attended.Pointer + ((long)row * step._config.QueryWidth), step._config.QueryWidth);

    private static void QuantizeGated(StepExecutor step, int row)
    {
        int width = step._config.FeedForward;
        float* gate = step._gate.Pointer + ((long)row * width);
        float* up = step._up.Pointer + ((long)row * width);
        step.AddBias(gate, step.Layer.GateBias);
        step.AddBias(up, step.Layer.UpBias);
        step._kernels.GatedSilu(gate, up, width);
        step.QuantizeRow(row, gate, width);
    }

    private void QuantizeRow(int row, float* x, int width)
    {
        _rowFault[row] |= !_kernels.Quantize(x, width, Quantized(row), out float magnitude);
        _scales.Pointer[row] = magnitude / 127f;
    }

    /// <summary>The final norm of a row whose logits are wanted; such rows are gathered at the front of the quantised rows.</summary>
    private void NormLogits(int index)
    {
        int row = _logitsRows[index];
        if (_model.FinalGain is not { } gain)
        {
            bool fits = _kernels.NormQuantize(Hidden(row), _config.Dimension, _config.NormEpsilon, Quantized(index), out _scales.Pointer[index]);
            _rowFault[row] |= !fits;
            return;
        }

        float* gained = _delta.Pointer + ((long)row * _config.Dimension);
        new Span<float>(Hidden(row), _config.Dimension).CopyTo(new Span<float>(gained, _config.Dimension));
        bool inRange = _kernels.InverseRoot(gained, _config.Dimension, _config.NormEpsilon, out float inverseRoot);
        _kernels.Scale(gained, 1f, gain.Pointer, _config.Dimension);
        inRange &= _kernels.Quantize(gained, _config.Dimension, Quantized(index), out float magnitude);
        _scales.Pointer[index] = (magnitude / 127f) * inverseRoot;
        _rowFault[row] |= !inRange;
    }

    /// <summary>Adds the normed stream of a row, in units of 2^-16, to a sum of integers.</summary>
    private void AddToPool(int row, long[] pool)
    {
        float* hidden = Hidden(row);
        _rowFault[row] |= !_kernels.InverseRoot(hidden, _config.Dimension, _config.NormEpsilon, out float inverseRoot);
        AlignedBuffer<float>? gain = _model.FinalGain;
        for (int i = 0; i < pool.Length; i++)
        {
            float normed = hidden[i] * inverseRoot;
            normed = gain is null ? normed : normed * gain.Pointer[i];
            pool[i] += Scalar.ExactMath.Score(normed * 65536f);
        }
    }

    private void Output(int from, int end) =>
        _kernels.Linear(_model.Output, from, end, Rows(_logitsCount), _logits.Pointer, _logitsWidth);

    /// <summary>The part of the panels from … end − 1 that falls into a matrix whose panels begin at the offset.</summary>
    private void Linear(PackedMatrix matrix, int from, int end, int offset, AlignedBuffer<float> target)
    {
        int first = Math.Max(from - offset, 0);
        int last = Math.Min(end - offset, matrix.Panels);
        if (first < last)
        {
            _kernels.Linear(matrix, first, last, Rows(_rows), target.Pointer, matrix.PaddedRows);
        }
    }

    private Activations Rows(int count) => new(_quantized.Pointer, _quantWidth, _scales.Pointer, count, _packed.Pointer, _sums.Pointer);

    private void PackTile(int tile)
    {
        int row = tile * Activations.TileRows;
        _kernels.Pack(
            Quantized(row),
            _quantWidth,
            _packWidth,
            Math.Min(Activations.TileRows, _packRows - row),
            _packed.Pointer + ((long)row * _packWidth),
            _sums.Pointer + row);
    }

    private float* Hidden(int row) => _hidden.Pointer + ((long)row * _config.Dimension);

    private short* Quantized(int row) => _quantized.Pointer + ((long)row * _quantWidth);
}
