using Ait.Engine.Execution;
using Ait.Engine.Scalar;

namespace Ait.Engine.Gpu;

internal sealed unsafe partial class GpuTraining
{
    private const int RowThreads = 256;
    private const int PositionThreads = 128;

    /// <summary>TrainingPass.Forward: the launches of <see cref="GpuExecutor"/>, with everything kept that the way back asks for.</summary>
    private void Forward()
    {
        Embed();
        for (int i = 0; i < _config.Layers; i++)
        {
            GpuTrainedLayer layer = _layers[i];
            GpuTape tape = _tapes[i];
            (ulong input, ulong middle, ulong output) = (_streams[2 * i], _streams[(2 * i) + 1], _streams[(2 * i) + 2]);
            NormQuantize(input, tape.InputNorm);
            Linear(layer.Projections, tape.InputNorm, _projections);
            Position(tape, i);
            ScaleQueries(tape);
            Attend(tape, i);
            Quantize(tape.Attended, tape.AttendedRows, _config.QueryWidth, Rows);
            Linear(layer.AttentionOutput, tape.AttendedRows, _wide);
            AddToStream(input, middle);

            NormQuantize(middle, tape.MiddleNorm);
            Linear(layer.GateUp, tape.MiddleNorm, tape.Gates);
            int gates = 2 * _config.FeedForward;
            ScaleRows(tape.Gates, gates, _wide, gates, gates, 1f, adds: false);
            SiluQuantize(tape.Gated);
            Linear(layer.Down, tape.Gated, _wide);
            AddToStream(middle, output);
        }

        NormQuantize(_streams[^1], _finalNorm);
        Linear(_output, _finalNorm, _logits);
    }

    private void Embed()
    {
        GpuMatrix table = _embedding.Matrix;
        var arguments = new EmbedArguments
        {
            Table = table.Weights,
            Scales = table.Scales,
            Tokens = _plan,
            Hidden = _streams[0],
            Dimension = _config.Dimension,
            Stride = table.Stride,
        };
        _device.Launch(_kernels.Forward.Embed, new GpuGrid(Rows, 1, 1, RowThreads), &arguments, sizeof(EmbedArguments));
    }

    private void NormQuantize(ulong x, GpuRows target)
    {
        var arguments = new QuantizeArguments
        {
            X = x,
            Quantized = target.Values,
            Scales = target.Scales,
            Faults = _faults,
            XStride = _config.Dimension,
            Columns = _config.Dimension,
            Stride = target.Stride,
            Epsilon = _config.NormEpsilon,
        };
        _device.Launch(_kernels.Forward.NormQuantize, new GpuGrid(Rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
    }

    private void Quantize(ulong x, GpuRows target, int columns, int rows)
    {
        var arguments = new QuantizeArguments
        {
            X = x,
            Quantized = target.Values,
            Scales = target.Scales,
            Faults = _faults,
            XStride = columns,
            Columns = columns,
            Stride = target.Stride,
        };
        _device.Launch(_kernels.Forward.Quantize, new GpuGrid(rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
    }

    // Of the copy of the gates: the tape keeps what went in.
    private void SiluQuantize(GpuRows target)
    {
        var arguments = new QuantizeArguments
        {
            X = _wide,
            Up = _wide + ((ulong)_config.FeedForward * sizeof(float)),
            Quantized = target.Values,
            Scales = target.Scales,
            Faults = _faults,
            XStride = 2L * _config.FeedForward,
            Columns = _config.FeedForward,
            Stride = target.Stride,
        };
        _device.Launch(_kernels.Forward.SiluQuantize, new GpuGrid(Rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
    }

    /// <summary>The layers, and what each one's adapter adds: λ · (B · Q(A · x)).</summary>
    private void Linear(GpuTrainedGroup group, GpuRows x, ulong target)
    {
        int stride = group.Matrix.Rows;
        Linear(group.Matrix.Times(x.Values, x.Scales, Rows, target, stride));
        foreach (GpuTrainedLinear linear in group.Linears)
        {
            if (linear is { Inner: { } inner, Outer: { } outer })
            {
                Linear(inner.Times(x, Rows, _narrow, inner.Rows));
                Quantize(_narrow, linear.Narrow, inner.Rows, Rows);
                Linear(outer.Times(linear.Narrow, Rows, _scaled, outer.Rows));
                ScaleRows(_scaled, outer.Rows, Elements(target, linear.FirstOutput), stride, outer.Rows, _adapterScale, adds: true);
            }
        }
    }

    private void Linear(in LinearArguments arguments) => GpuLinear.Launch(_device, arguments, _products, _productsBytes);

    private void AddToStream(ulong before, ulong after)
    {
        ScaleRows(before, _config.Dimension, after, _config.Dimension, _config.Dimension, 1f, adds: false);
        ScaleRows(_wide, _config.Dimension, after, _config.Dimension, _config.Dimension, 1f, adds: true);
    }

    // The units of queries, without the factor of the scores, which the way back does not want.
    private void Position(GpuTape tape, int layer)
    {
        var arguments = new PositionArguments
        {
            Pages = Pages(layer),
            Projections = _projections,
            Cosines = _cosines,
            Sines = _sines,
            Positions = _positions,
            Sequences = _sequences,
            Queries = tape.Queries,
            QueryScales = tape.QueryUnits,
            Maxima = _maxima,
            Exponents = _exponents,
            Denominators = _denominators,
            Faults = _faults,
            Heads = _config.Heads,
            ScoreScale = 1f,
            Epsilon = _config.NormEpsilon,
        };
        int warps = PositionThreads / _device.WarpSize;
        var grid = new GpuGrid(Rows, GpuGrid.Blocks(_config.Heads + (2 * _config.KeyValueHeads), warps), 1, PositionThreads);
        _device.Launch(_kernels.Forward.Position, grid, &arguments, sizeof(PositionArguments));
    }

    private void ScaleQueries(GpuTape tape) =>
        ScaleRows(tape.QueryUnits, _config.Heads, _queryScales, _config.Heads, _config.Heads, ExactMath.Log2EQ16 / float.Sqrt(_config.HeadDimension), adds: false);

    private void Attend(GpuTape tape, int layer)
    {
        var arguments = new AttendArguments
        {
            Pages = Pages(layer),
            Tiles = _tiles,
            Positions = _positions,
            Sequences = _sequences,
            Queries = tape.Queries,
            QueryScales = _queryScales,
            Maxima = _maxima,
            Exponents = _exponents,
            Denominators = _denominators,
            Output = tape.Attended,
            Group = _config.Heads / _config.KeyValueHeads,
            Splits = 1,
        };
        var grid = new GpuGrid(_windows * TilesOfWindow, _config.KeyValueHeads, 1, HeadCache.PagePositions / 16 * _device.WarpSize);
        _device.Launch(_kernels.Forward.WideMaxima, grid, &arguments, sizeof(AttendArguments));
        _device.Launch(_kernels.Forward.WideMix, grid, &arguments, sizeof(AttendArguments));
    }

    private void Lose(float share)
    {
        var arguments = new LossArguments
        {
            Logits = _logits,
            Targets = _plan + ((ulong)(Windows * _length) * sizeof(int)),
            Loss = _loss,
            Fault = _faults,
            Vocabulary = _config.Vocabulary,
            Share = share,
        };
        _device.Launch(_kernels.CrossEntropy, new GpuGrid(Rows, 1, 1, RowThreads), &arguments, sizeof(LossArguments));
    }

    private PagesArguments Pages(int layer) => new()
    {
        Tables = _tables,
        LayerOffset = layer * _config.KeyValueHeads * GpuPages.HeadBytes(_config),
        HeadBytes = GpuPages.HeadBytes(_config),
        TableStride = _pagesOfWindow,
        Heads = _config.KeyValueHeads,
        Width = _config.HeadDimension,
        KeyStride = GpuPages.KeyStride(_config),
    };

    private void ScaleRows(ulong x, long xStride, ulong target, long targetStride, int columns, float factor, bool adds)
    {
        var arguments = new ScaleArguments { X = x, Target = target, XStride = xStride, TargetStride = targetStride, Columns = columns, Factor = factor, Adds = adds ? 1 : 0 };
        _device.Launch(_kernels.ScaleRows, new GpuGrid(Rows, 1, 1, RowThreads), &arguments, sizeof(ScaleArguments));
    }

    /// <summary>The address of an element of floats.</summary>
    private static ulong Elements(ulong address, long count) => address + ((ulong)count * sizeof(float));
}
