using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Training;

internal sealed unsafe partial class TrainingPass
{
    private const int ProductGrain = 32;
    private const int ColumnGrain = 16;

    private void Backward()
    {
        _streamGradient.Span[..(Rows * _config.Dimension)].Clear();
        Back(_decoder.Output, _logits, _finalNorm, _inputGradient, adds: false);
        NormBack(_hidden, _roots);
        for (int layer = _config.Layers - 1; layer >= 0; layer--)
        {
            BackGate(layer, _tapes[layer]);
            BackAttention(layer, _tapes[layer]);
        }

        ScatterEmbedding();
    }

    private void BackGate(int layer, LayerTape tape)
    {
        Back(_decoder.Of(layer, WeightKind.Down), _streamGradient, tape.Gated, _wideGradient, adds: false);
        Over(Rows, (row, _) =>
        {
            long offset = (long)row * _config.FeedForward;
            _training.GatedSiluBackward(tape.Gate.Pointer + offset, tape.Up.Pointer + offset, _wideGradient.Pointer + offset, _config.FeedForward);
        });
        Back(_decoder.Of(layer, WeightKind.Gate), tape.Gate, tape.MiddleNorm, _inputGradient, adds: false);
        Back(_decoder.Of(layer, WeightKind.Up), tape.Up, tape.MiddleNorm, _inputGradient, adds: true);
        NormBack(tape.Middle, tape.MiddleRoots);
    }

    private void BackAttention(int layer, LayerTape tape)
    {
        Back(_decoder.Of(layer, WeightKind.AttentionOutput), _streamGradient, tape.AttendedRows, _wideGradient, adds: false);
        _loop.Run(_windows * _config.KeyValueHeads, 1, (from, end, worker) =>
        {
            for (int item = from; item < end; item++)
            {
                BackHeads(tape, item / _config.KeyValueHeads * _length, item % _config.KeyValueHeads, _attention[worker]);
            }
        });
        Over(Rows, (row, _) =>
        {
            int width = _config.HeadDimension;
            float* cosines = _rotary.Cosines(row % _length);
            float* sines = _rotary.Sines(row % _length);
            for (int head = 0; head < _config.Heads; head++)
            {
                _training.RotateBack(_query.Pointer + ((long)row * _config.QueryWidth) + (head * width), cosines, sines, width / 2);
            }

            for (int head = 0; head < _config.KeyValueHeads; head++)
            {
                _training.RotateBack(_key.Pointer + ((long)row * _config.KeyValueWidth) + (head * width), cosines, sines, width / 2);
            }
        });
        Back(_decoder.Of(layer, WeightKind.Query), _query, tape.InputNorm, _inputGradient, adds: false);
        Back(_decoder.Of(layer, WeightKind.Key), _key, tape.InputNorm, _inputGradient, adds: true);
        Back(_decoder.Of(layer, WeightKind.Value), _value, tape.InputNorm, _inputGradient, adds: true);
        NormBack(tape.Input, tape.InputRoots);
    }

    /// <summary>One key/value head of one window with the query heads that share it, in their order.</summary>
    private void BackHeads(LayerTape tape, int firstRow, int shared, AttentionScratch s)
    {
        int width = _config.HeadDimension;
        int group = _config.Heads / _config.KeyValueHeads;
        long sharedOffset = ((long)firstRow * _config.KeyValueWidth) + (shared * width);
        for (int j = 0; j < _length; j++)
        {
            long at = ((long)(firstRow + j) * _config.KeyValueHeads) + shared;
            s.KeyUnits.Pointer[j] = tape.KeyUnits.Pointer[at];
            s.ValueUnits.Pointer[j] = tape.ValueUnits.Pointer[at];
        }

        _training.PairColumns(tape.Key.Pointer + sharedOffset, _config.KeyValueWidth, _length, width, s.KeyColumns.Pointer);
        _training.PairRows(tape.Key.Pointer + sharedOffset, _config.KeyValueWidth, _length, width, s.KeyRows.Pointer);
        _training.PairColumns(tape.Value.Pointer + sharedOffset, _config.KeyValueWidth, _length, width, s.ValueColumns.Pointer);
        for (int head = shared * group; head < (shared + 1) * group; head++)
        {
            BackHead(tape, firstRow, head, sharedOffset, adds: head != shared * group, s);
        }
    }

    private void BackHead(LayerTape tape, int firstRow, int head, long sharedOffset, bool adds, AttentionScratch s)
    {
        int width = _config.HeadDimension;
        int wide = _config.QueryWidth;
        float root = 1f / float.Sqrt(width);
        short* query = tape.Query.Pointer + ((long)firstRow * wide) + (head * width);
        bool fits = true;

        // Shares of attention, from the same integers as forward.
        _training.Product(Operand.OfRows(query, wide, s.Ones.Pointer), 0, _length, s.KeyColumns.Pointer, null, _length, width, s.Products.Pointer, _length, adds: false);
        for (int t = 0; t < _length; t++)
        {
            float unit = tape.QueryUnits.Pointer[((long)(firstRow + t) * _config.Heads) + head];
            _training.Probabilities(s.Products.Pointer + (t * _length), unit * _scoreScale, s.KeyUnits.Pointer, t + 1, _length, s.Scores.Pointer, s.Shares.Pointer + (t * _length));
            fits &= _training.Quantize(_wideGradient.Pointer + ((long)(firstRow + t) * wide) + (head * width), width, s.Output.Pointer + (t * width), out s.OutputUnits.Pointer[t]);
        }

        // Gradients of the scores.
        _training.Product(Operand.OfRows(s.Output.Pointer, width, s.OutputUnits.Pointer), 0, _length, s.ValueColumns.Pointer, null, _length, width, s.Products.Pointer, _length, adds: false);
        for (int t = 0; t < _length; t++)
        {
            fits &= _training.Quantize(tape.Attended.Pointer + ((long)(firstRow + t) * wide) + (head * width), width, s.Attended.Pointer, out float attendedUnit);
            float center = TrainingMath.ToSingle(_training.Dot(s.Output.Pointer + (t * width), s.Attended.Pointer, width)) * (s.OutputUnits.Pointer[t] * attendedUnit);
            float* gradients = s.Gradients.Pointer + (t * _length);
            _training.SoftmaxBackward(s.Shares.Pointer + (t * _length), s.Products.Pointer + (t * _length), s.ValueUnits.Pointer, center, root, gradients, _length);
            float* folded = s.Folded.Pointer + (t * _length);
            _training.Multiply(gradients, s.KeyUnits.Pointer, folded, _length);
            fits &= _training.Quantize(folded, _length, s.Rounded.Pointer + (t * _length), out s.Units.Pointer[t]);
        }

        _training.Product(
            Operand.OfRows(s.Rounded.Pointer, _length, s.Units.Pointer), 0, _length, s.KeyRows.Pointer, null, width, _length,
            _query.Pointer + ((long)firstRow * wide) + (head * width), wide, adds: false);

        // Keys: the queries' units are folded in, and the sum runs over the queries.
        for (int t = 0; t < _length; t++)
        {
            float unit = tape.QueryUnits.Pointer[((long)(firstRow + t) * _config.Heads) + head];
            _training.Multiply(s.Gradients.Pointer + (t * _length), unit, s.Folded.Pointer + (t * _length), _length);
        }

        fits &= _training.QuantizeColumns(s.Folded.Pointer, _length, _length, _length, s.Pairs.Pointer, _length, s.Units.Pointer);
        _training.PairRows(query, wide, _length, width, s.QueryRows.Pointer);
        _training.Product(
            Operand.OfPairs(s.Pairs.Pointer, _length, s.Units.Pointer), 0, _length, s.QueryRows.Pointer, null, width, _length,
            _key.Pointer + sharedOffset, _config.KeyValueWidth, adds);

        // Values: both sides are gradients, so one is taken in two limbs.
        for (int t = 0; t < _length; t++)
        {
            _training.Multiply(s.Shares.Pointer + (t * _length), s.OutputUnits.Pointer[t], s.Folded.Pointer + (t * _length), _length);
        }

        fits &= _training.QuantizeColumns(s.Folded.Pointer, _length, _length, _length, s.Pairs.Pointer, _length, s.Units.Pointer);
        _training.PairLimbs(s.Output.Pointer, width, _length, width, s.High.Pointer, s.Low.Pointer);
        _training.Product(
            Operand.OfPairs(s.Pairs.Pointer, _length, s.Units.Pointer), 0, _length, s.High.Pointer, s.Low.Pointer, width, _length,
            _value.Pointer + sharedOffset, _config.KeyValueWidth, adds);
        Demand(fits);
    }

    /// <summary>The gradients of a layer's matrices, and of what went into it.</summary>
    private void Back(LinearLayer layer, AlignedBuffer<float> gradient, QuantizedRows x, AlignedBuffer<float> inputGradient, bool adds)
    {
        BackInput(layer.Main, gradient, inputGradient, adds);
        if (layer.Whole is { } whole)
        {
            BackMatrix(whole, gradient, x);
        }

        if (layer.Inner is null || layer.Outer is null)
        {
            return;
        }

        int width = layer.PaddedRows;
        Over(Rows, (row, _) => _training.Multiply(gradient.Pointer + ((long)row * width), _adapterScale, _scaled.Pointer + ((long)row * width), width));
        BackMatrix(layer.Outer, _scaled, _adapterTapes[layer]);
        BackInput(layer.Outer.Quantized, _scaled, _narrowGradient, adds: false);
        BackMatrix(layer.Inner, _narrowGradient, x);
        BackInput(layer.Inner.Quantized, _narrowGradient, inputGradient, adds: true);
    }

    private void BackInput(PairedMatrix matrix, AlignedBuffer<float> gradient, AlignedBuffer<float> inputGradient, bool adds)
    {
        int depth = matrix.Packed.PaddedRows;
        int columns = matrix.Packed.Columns;
        _loop.Run(Rows, ProductGrain, (from, end, _) =>
        {
            for (int row = from; row < end; row++)
            {
                long offset = (long)row * depth;
                _training.Multiply(gradient.Pointer + offset, matrix.Packed.Scales, _folded.Pointer + offset, depth);
                Demand(_training.Quantize(_folded.Pointer + offset, depth, _rounded.Pointer + offset, out _units.Pointer[row]));
            }

            _training.Product(
                Operand.OfRows(_rounded.Pointer, depth, _units.Pointer), from, end, matrix.Pairs, null, columns, depth, inputGradient.Pointer, columns, adds);
        });
    }

    private void BackMatrix(Parameter parameter, AlignedBuffer<float> gradient, QuantizedRows x)
    {
        int width = parameter.Quantized.Packed.PaddedRows;
        for (int window = 0; window < _windows; window++)
        {
            int first = window * _length;
            Over(_length, (t, _) => _training.Multiply(
                gradient.Pointer + ((long)(first + t) * width), x.Scales[first + t], _folded.Pointer + ((long)t * width), width));
            _training.PairRows(x.Row(first), x.Width, _length, x.Width, _inputPairs.Pointer);
            _loop.Run(width / ColumnGrain, 2, (from, end, _) =>
            {
                int column = from * ColumnGrain;
                int columns = (end - from) * ColumnGrain;
                Demand(_training.QuantizeColumns(
                    _folded.Pointer + column, width, _length, columns, _outputPairs.Pointer + column, width, _outputUnits.Pointer + column));
                _training.Product(
                    Operand.OfPairs(_outputPairs.Pointer, width, _outputUnits.Pointer),
                    column,
                    Math.Min(column + columns, parameter.Rows),
                    _inputPairs.Pointer,
                    null,
                    x.Width,
                    _length,
                    parameter.Gradient.Pointer,
                    parameter.Columns,
                    adds: true);
            });
        }
    }

    private void NormBack(AlignedBuffer<float> stream, AlignedBuffer<float> roots)
    {
        int d = _config.Dimension;
        Over(Rows, (row, worker) => Demand(_training.NormBackward(
            stream.Pointer + ((long)row * d),
            _inputGradient.Pointer + ((long)row * d),
            roots.Pointer[row],
            _streamGradient.Pointer + ((long)row * d),
            d,
            _normScratch.Pointer + (worker * 2L * d))));
    }

    /// <summary>The gradient of the embedding: integers of one unit a window, summed by token.</summary>
    private void ScatterEmbedding()
    {
        if (_decoder.Embedding.Whole is not { } table)
        {
            return;
        }

        int d = _config.Dimension;
        long[] sums = new long[_length * d];
        for (int window = 0; window < _windows; window++)
        {
            float* gradient = _streamGradient.Pointer + ((long)window * _length * d);
            int bits = _training.MagnitudeBits(gradient, _length * d);
            Demand(bits <= ExactMath.LargestBits);
            if (!TrainingMath.IsScale(bits))
            {
                continue;
            }

            float magnitude = BitConverter.Int32BitsToSingle(bits);
            float inverse = TrainingMath.ScatterLimit / magnitude;
            float unit = magnitude / TrainingMath.ScatterLimit;
            Array.Clear(sums);
            Array.Fill(_slots, -1);
            int used = 0;
            for (int t = 0; t < _length; t++)
            {
                ref int slot = ref _slots[_tokens[(window * _length) + t]];
                slot = slot < 0 ? used++ : slot;
                for (int i = 0; i < d; i++)
                {
                    sums[(slot * d) + i] += ExactMath.Rint(gradient[((long)t * d) + i] * inverse);
                }
            }

            for (int token = 0; token < _slots.Length; token++)
            {
                float* target = table.Gradient.Pointer + ((long)token * d);
                for (int i = 0; _slots[token] >= 0 && i < d; i++)
                {
                    target[i] = target[i] + (TrainingMath.ToSingle(sums[(_slots[token] * d) + i]) * unit);
                }
            }
        }
    }
}
