using Ait.Engine.Execution;
using Ait.Engine.Scalar;

namespace Ait.Engine.Gpu;

internal sealed unsafe partial class GpuExecutor
{
    private const int AttendWarps = HeadCache.PagePositions / 16;

    /// <summary>Every launch of a step, in order: StepExecutor.Step, phase by phase.</summary>
    private void Enqueue()
    {
        int rows = _shape.Rows;
        _device.Clear(_faults, rows * sizeof(int));
        Embed(rows);
        Norm(_kernels.NormQuantize, 0, default, rows);
        for (int i = 0; i < _config.Layers; i++)
        {
            GpuLayer layer = _weights.Layers[i];
            Project(layer, i, rows);
            Attend(i);
            QuantizeAttended(rows);
            AddAndNorm(layer.AttentionOutput.Times(_quantized, _scales, rows, _hidden, _config.Dimension, adds: true));
            Gate(layer, rows);
            LinearArguments down = layer.Down.Times(_gated, _gatedScales, rows, _hidden, _config.Dimension, adds: true);
            if (i < _config.Layers - 1)
            {
                AddAndNorm(down);
            }
            else
            {
                Linear(down);
            }
        }

        if (_shape.Pools > 0)
        {
            Pool(rows);
        }

        if (_shape.LogitsRows > 0)
        {
            Norm(_weights.FinalGain == 0 ? _kernels.NormQuantize : _kernels.GainNormQuantize, _plan.LogitsRows, default, _shape.LogitsRows);
            Linear(_weights.Output.Times(_normed, _normedScales, _shape.LogitsRows, _logits, _config.Vocabulary));
            Choose();
        }
    }

    private void Embed(int rows)
    {
        var arguments = new EmbedArguments
        {
            Table = _weights.Embedding.Weights,
            Scales = _weights.Embedding.Scales,
            Tokens = _plan.Tokens,
            Hidden = _hidden,
            Dimension = _config.Dimension,
            Stride = _weights.Embedding.Stride,
        };
        _device.Launch(_kernels.Embed, new GpuGrid(rows, 1, 1, GpuKernels.RowThreads), &arguments, sizeof(EmbedArguments));
    }

    private void Norm(nint kernel, ulong sourceRows, in ProductSums product, int rows)
    {
        var arguments = new QuantizeArguments
        {
            Product = product,
            X = _hidden,
            Gain = _weights.FinalGain,
            SourceRows = sourceRows,
            Quantized = _normed,
            Scales = _normedScales,
            Faults = _faults,
            XStride = _config.Dimension,
            Columns = _config.Dimension,
            Stride = GpuMatrix.StrideOf(_config.Dimension),
            Epsilon = _config.NormEpsilon,
        };
        _device.Launch(kernel, new GpuGrid(rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
    }

    /// <summary>Adds a product to the stream and norms the stream for the next one.</summary>
    private void AddAndNorm(in LinearArguments linear)
    {
        ProductSums product;
        for (int row = 0; row < linear.XRows; row += product.Rows)
        {
            product = GpuLinear.Multiply(_device, linear, row, _products, _productsBytes);
            Norm(product.Sums != 0 ? _kernels.AddNormQuantize : _kernels.NormQuantize, 0, product, product.Rows);
        }
    }

    private void QuantizeAttended(int rows)
    {
        var arguments = new QuantizeArguments
        {
            X = _attended,
            Quantized = _quantized,
            Scales = _scales,
            Faults = _faults,
            XStride = _config.QueryWidth,
            Columns = _config.QueryWidth,
            Stride = GpuMatrix.StrideOf(_config.QueryWidth),
        };
        _device.Launch(_kernels.Quantize, new GpuGrid(rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
    }

    /// <summary>Gates and what they gate, multiplied and quantised. Sums of the library are never written out as floats.</summary>
    private void Gate(GpuLayer layer, int rows)
    {
        LinearArguments linear = layer.GateUp.Times(_normed, _normedScales, rows, _gates, layer.GateUp.Rows);
        ProductSums product;
        for (int row = 0; row < rows; row += product.Rows)
        {
            product = GpuLinear.Multiply(_device, linear, row, _products, _productsBytes);
            SiluQuantize(product.Sums != 0 ? _kernels.SiluFinishQuantize : _kernels.SiluQuantize, product);
        }
    }

    private void SiluQuantize(nint kernel, in ProductSums product)
    {
        var arguments = new QuantizeArguments
        {
            Product = product,
            X = _gates,
            Up = _gates + ((ulong)_config.FeedForward * sizeof(float)),
            Quantized = _gated,
            Scales = _gatedScales,
            Faults = _faults,
            XStride = 2L * _config.FeedForward,
            Columns = _config.FeedForward,
            Stride = GpuMatrix.StrideOf(_config.FeedForward),
        };
        _device.Launch(kernel, new GpuGrid(product.Rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(QuantizeArguments));
    }

    private void Linear(in LinearArguments arguments) => GpuLinear.Launch(_device, arguments, _products, _productsBytes);

    /// <summary>Queries, keys and values, put where attention finds them.</summary>
    private void Project(GpuLayer layer, int index, int rows)
    {
        LinearArguments linear = layer.Projections.Times(_normed, _normedScales, rows, _projections, layer.Projections.Rows);
        ProductSums product;
        for (int row = 0; row < rows; row += product.Rows)
        {
            product = GpuLinear.Multiply(_device, linear, row, _products, _productsBytes);
            Position(product.Sums != 0 ? _kernels.PositionFinish : _kernels.Position, layer, index, product);
        }
    }

    private void Position(nint kernel, GpuLayer layer, int index, in ProductSums product)
    {
        var arguments = new PositionArguments
        {
            Pages = Pages(index),
            Product = product,
            Projections = _projections,
            Cosines = _cosines,
            Sines = _sines,
            QueryGain = layer.QueryGain,
            KeyGain = layer.KeyGain,
            Positions = _plan.Positions,
            Sequences = _plan.Sequences,
            Queries = _queries,
            QueryScales = _queryScales,
            Maxima = _maxima,
            Exponents = _exponents,
            Denominators = _denominators,
            Sums = _shape.Splits > 1 ? _sums : 0,
            Faults = _faults,
            Heads = _config.Heads,
            ScoreScale = ExactMath.Log2EQ16 / float.Sqrt(_config.HeadDimension),
            Epsilon = _config.NormEpsilon,
        };
        int warps = GpuKernels.PositionThreads / _device.WarpSize;
        var grid = new GpuGrid(product.Rows, GpuGrid.Blocks(_config.Heads + (2 * _config.KeyValueHeads), warps), 1, GpuKernels.PositionThreads);
        _device.Launch(kernel, grid, &arguments, sizeof(PositionArguments));
    }

    private void Attend(int layer)
    {
        var arguments = new AttendArguments
        {
            Pages = Pages(layer),
            Tiles = _plan.Tiles,
            Positions = _plan.Positions,
            Sequences = _plan.Sequences,
            Queries = _queries,
            QueryScales = _queryScales,
            Maxima = _maxima,
            Exponents = _exponents,
            Denominators = _denominators,
            Sums = _sums,
            Scores = _shape.KeepsScores ? _scores : 0,
            Output = _attended,
            ScoreStride = _scoreStride,
            Group = _group,
            Splits = _shape.Splits,
            Window = _config.SlidingWindow,
        };
        bool wide = _shape.TileQueries != GpuPlan.NarrowTile;
        int threads = AttendWarps * _device.WarpSize;
        var grid = new GpuGrid(_shape.Tiles, _config.KeyValueHeads, _shape.Splits, threads);
        _device.Launch(wide ? _kernels.WideMaxima : _kernels.NarrowMaxima, grid, &arguments, sizeof(AttendArguments));
        _device.Launch(wide ? _kernels.WideMix : _kernels.NarrowMix, grid, &arguments, sizeof(AttendArguments));
        if (_shape.Splits > 1)
        {
            _device.Launch(_kernels.Finish, new GpuGrid(_shape.Rows * _config.Heads, 1, 1, threads), &arguments, sizeof(AttendArguments));
        }
    }

    private void Pool(int rows)
    {
        _device.Clear(_pools, (long)_shape.Pools * _config.Dimension * sizeof(long));
        var arguments = new PoolArguments
        {
            Hidden = _hidden,
            Gain = _weights.FinalGain,
            Slots = _plan.PoolSlots,
            Sums = _pools,
            Faults = _faults,
            Dimension = _config.Dimension,
            Epsilon = _config.NormEpsilon,
        };
        _device.Launch(_kernels.Pool, new GpuGrid(rows, 1, 1, GpuKernels.QuantizeThreads), &arguments, sizeof(PoolArguments));
    }

    private void Choose()
    {
        var arguments = new ChooseArguments
        {
            Logits = _logits,
            Choices = _plan.Choices,
            Tokens = _tokens,
            Faults = _faults,
            LogitsRows = _plan.LogitsRows,
            LogitsStride = _config.Vocabulary,
            Vocabulary = _config.Vocabulary,
        };
        _device.Launch(_kernels.Choose, new GpuGrid(_shape.LogitsRows, 1, 1, GpuKernels.ChooseThreads), &arguments, sizeof(ChooseArguments));
    }

    private PagesArguments Pages(int layer) => new()
    {
        Tables = _plan.Tables,
        LayerOffset = layer * _config.KeyValueHeads * GpuPages.HeadBytes(_config),
        HeadBytes = GpuPages.HeadBytes(_config),
        TableStride = _plan.TableStride,
        Heads = _config.KeyValueHeads,
        Width = _config.HeadDimension,
        KeyStride = GpuPages.KeyStride(_config),
    };
}
