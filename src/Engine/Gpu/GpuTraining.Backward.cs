namespace Ait.Engine.Gpu;

internal sealed unsafe partial class GpuTraining
{
    private const int HeadThreads = 128;
    private const int ProductEdge = 64;
    private const int TransposeEdge = 64;
    private const int ColumnLanes = 32;

    /// <summary>TrainingPass.Backward.</summary>
    private void Backward()
    {
        _device.Clear(_streamGradient, (long)Rows * _config.Dimension * sizeof(float));
        Back(_output.Linears[0], _logits, _config.Vocabulary, _finalNorm, _inputGradient, adds: false);
        NormBack(_streams[^1]);
        for (int layer = _config.Layers - 1; layer >= 0; layer--)
        {
            BackGate(layer);
            BackAttention(layer);
        }

        ScatterEmbedding();
    }

    private void BackGate(int index)
    {
        (GpuTrainedLayer layer, GpuTape tape) = (_layers[index], _tapes[index]);
        Back(layer.Down.Linears[0], _streamGradient, _config.Dimension, tape.Gated, _wideGradient, adds: false);
        var arguments = new SiluBackArguments { X = tape.Gates, Gradient = _wideGradient, Columns = _config.FeedForward };
        _device.Launch(_kernels.SiluBack, new GpuGrid(Rows, 1, 1, RowThreads), &arguments, sizeof(SiluBackArguments));
        BackGroup(layer.GateUp, tape.Gates, tape.MiddleNorm);
        NormBack(_streams[(2 * index) + 1]);
    }

    private void BackAttention(int index)
    {
        (GpuTrainedLayer layer, GpuTape tape) = (_layers[index], _tapes[index]);
        Back(layer.AttentionOutput.Linears[0], _streamGradient, _config.Dimension, tape.AttendedRows, _wideGradient, adds: false);
        ScaleQueries(tape);
        int items = _windows * _config.KeyValueHeads;
        for (int first = 0; first < items; first += _squares.Items)
        {
            BackHeads(tape, index, new ItemRange { First = first, Heads = _config.KeyValueHeads }, Math.Min(_squares.Items, items - first));
        }

        var arguments = new RotateBackArguments
        {
            X = _projections,
            Cosines = _cosines,
            Sines = _sines,
            Stride = Projections,
            Length = _length,
            Heads = _config.Heads + _config.KeyValueHeads,
            Half = _config.HeadDimension / 2,
        };
        _device.Launch(_kernels.RotateBack, new GpuGrid(Rows, 1, 1, RowThreads), &arguments, sizeof(RotateBackArguments));
        BackGroup(layer.Projections, _projections, tape.InputNorm);
        NormBack(_streams[2 * index]);
    }

    /// <summary>Some pairs of window and key/value head with the query heads that share them, in their order.</summary>
    private void BackHeads(GpuTape tape, int layer, ItemRange items, int count)
    {
        var arguments = new UnpageArguments
        {
            Pages = Pages(layer),
            Keys = _squares.Keys,
            KeysAcross = _squares.KeysAcross,
            Values = _squares.Values,
            KeyScales = _squares.KeyScales,
            ValueUnits = _squares.ValueUnits,
            Length = _length,
            AcrossStride = _lengthStride,
            Items = items,
        };
        _device.Launch(_kernels.Unpage, new GpuGrid(_pagesOfWindow, 1, count, RowThreads), &arguments, sizeof(UnpageArguments));
        for (int member = 0; member < _config.Heads / _config.KeyValueHeads; member++)
        {
            BackHead(tape, items, count, member);
        }
    }

    private void BackHead(GpuTape tape, ItemRange items, int count, int member)
    {
        GpuSquares s = _squares;
        int width = _config.HeadDimension;
        int group = _config.Heads / _config.KeyValueHeads;
        int keyStride = GpuPages.KeyStride(_config);
        long square = (long)_length * _length;
        var perRow = new ItemOffset { Item = _length };
        var perSquare = new ItemOffset { Item = square };
        var perKey = new ItemOffset { Item = (long)_length * keyStride };
        var perAcross = new ItemOffset { Item = (long)width * _lengthStride };
        var perLimb = new ItemOffset { Item = (long)_length * _lengthStride };
        var ofQueries = new ItemOffset { Window = (long)_length * _config.Heads * keyStride, Head = group * keyStride };
        var ofUnits = new ItemOffset { Window = (long)_length * _config.Heads, Head = group };
        var ofOutputs = new ItemOffset { Window = (long)_length * _config.QueryWidth, Head = group * width };
        var ofQueryGradients = new ItemOffset { Window = (long)_length * Projections, Head = group * width };
        var ofKeyGradients = new ItemOffset { Window = (long)_length * Projections, Head = width };
        ulong queries = tape.Queries + (ulong)(member * keyStride);
        ulong queryUnits = Elements(tape.QueryUnits, member);

        // The gradient of the output as integers, and what the softmax subtracts.
        var centers = new CenterArguments
        {
            Gradient = Elements(_wideGradient, member * width),
            Attended = Elements(tape.Attended, member * width),
            High = s.High,
            Low = s.Low,
            Units = s.Units,
            Centers = s.Centers,
            Fault = _faults,
            XAt = ofOutputs,
            XStride = _config.QueryWidth,
            Length = _length,
            Columns = width,
            Stride = keyStride,
            Items = items,
        };
        int warps = HeadThreads / _device.WarpSize;
        _device.Launch(_kernels.ScoreCenters, new GpuGrid(GpuGrid.Blocks(_length, warps), 1, count, HeadThreads), &centers, sizeof(CenterArguments));
        Transpose(s.High, perKey, keyStride, s.HighAcross, perAcross, _lengthStride, _length, width, items, count);
        Transpose(s.Low, perKey, keyStride, s.LowAcross, perAcross, _lengthStride, _length, width, items, count);
        Transpose(queries, ofQueries, _config.Heads * keyStride, s.QueriesAcross, perAcross, _lengthStride, _length, width, items, count);

        // Shares of attention, from the same integers as forward.
        Product(
            new ProductArguments
            {
                LeftLow = queries,
                RightLow = s.Keys,
                Target = s.Products,
                LeftAt = ofQueries,
                RightAt = perKey,
                TargetAt = perSquare,
                LeftStride = _config.Heads * keyStride,
                RightStride = keyStride,
                TargetStride = _length,
                LeftRows = _length,
                RightRows = _length,
                Depth = keyStride,
                Items = items,
            },
            count);
        var squares = new SquareArguments
        {
            Products = s.Products,
            Shares = s.Shares,
            QueryScales = Elements(_queryScales, member),
            KeyScales = s.KeyScales,
            ValueUnits = s.ValueUnits,
            Centers = s.Centers,
            QueryAt = ofUnits,
            QueryStride = _config.Heads,
            Length = _length,
            Root = 1f / float.Sqrt(width),
            Items = items,
        };
        _device.Launch(_kernels.AttentionShares, new GpuGrid(_length, 1, count, RowThreads), &squares, sizeof(SquareArguments));

        // Gradients of the scores.
        Product(
            new ProductArguments
            {
                LeftHigh = s.High,
                LeftLow = s.Low,
                RightLow = s.Values,
                Units = s.Units,
                Target = s.Products,
                LeftAt = perKey,
                RightAt = perKey,
                UnitAt = perRow,
                TargetAt = perSquare,
                LeftStride = keyStride,
                RightStride = keyStride,
                TargetStride = _length,
                LeftRows = _length,
                RightRows = _length,
                Depth = keyStride,
                Items = items,
            },
            count);
        _device.Launch(_kernels.SoftmaxBack, new GpuGrid(_length, 1, count, RowThreads), &squares, sizeof(SquareArguments));

        // Queries.
        var limbs = new GradientArguments
        {
            X = s.Products,
            Factors = s.KeyScales,
            High = s.ScoresHigh,
            Low = s.ScoresLow,
            Units = s.ScoreUnits,
            Fault = _faults,
            XAt = perSquare,
            FactorAt = perRow,
            LimbAt = perLimb,
            UnitAt = perRow,
            XStride = _length,
            FactorStride = 1,
            Rows = _length,
            Columns = _length,
            Stride = _lengthStride,
            Items = items,
        };
        _device.Launch(_kernels.GradientRows, new GpuGrid(_length, 1, count, RowThreads), &limbs, sizeof(GradientArguments));
        var product = new ProductArguments
        {
            LeftHigh = s.ScoresHigh,
            LeftLow = s.ScoresLow,
            RightLow = s.KeysAcross,
            Units = s.ScoreUnits,
            Target = Elements(_projections, member * width),
            LeftAt = perLimb,
            RightAt = perAcross,
            UnitAt = perRow,
            TargetAt = ofQueryGradients,
            LeftStride = _lengthStride,
            RightStride = _lengthStride,
            TargetStride = Projections,
            LeftRows = _length,
            RightRows = width,
            Depth = _lengthStride,
            Items = items,
        };
        Product(product, count);

        // Keys: the queries' units are folded in, and the sum runs over the queries.
        (limbs.Factors, limbs.FactorAt, limbs.FactorStride) = (queryUnits, ofUnits, _config.Heads);
        GradientColumns(limbs, count);
        product.RightLow = s.QueriesAcross;
        product.Target = Elements(_projections, _config.QueryWidth);
        product.TargetAt = ofKeyGradients;
        product.Adds = member == 0 ? 0 : 1;
        Product(product, count);

        // Values: both sides are gradients.
        (limbs.X, limbs.Factors, limbs.FactorAt, limbs.FactorStride) = (s.Shares, s.Units, perRow, 1);
        GradientColumns(limbs, count);
        (product.RightHigh, product.RightLow) = (s.HighAcross, s.LowAcross);
        product.Target = Elements(_projections, _config.QueryWidth + _config.KeyValueWidth);
        Product(product, count);
    }

    /// <summary>The layers of a group, whose gradients lie one behind the other in a row.</summary>
    private void BackGroup(GpuTrainedGroup group, ulong gradient, GpuRows x)
    {
        foreach (GpuTrainedLinear linear in group.Linears)
        {
            Back(linear, Elements(gradient, linear.FirstOutput), group.Matrix.Rows, x, _inputGradient, adds: linear.FirstOutput > 0);
        }
    }

    /// <summary>The gradients of a layer's matrices, and of what went into it.</summary>
    private void Back(GpuTrainedLinear linear, ulong gradient, int stride, GpuRows x, ulong inputGradient, bool adds)
    {
        BackInput(linear.Main, gradient, stride, inputGradient, adds);
        if (linear.Main.Parameter is not null)
        {
            BackMatrix(linear.Main, gradient, stride, x);
        }

        if (linear is { Inner: { } inner, Outer: { } outer })
        {
            ScaleRows(gradient, stride, _scaled, outer.Rows, outer.Rows, _adapterScale, adds: false);
            BackMatrix(outer, _scaled, outer.Rows, linear.Narrow);
            BackInput(outer, _scaled, outer.Rows, _narrowGradient, adds: false);
            BackMatrix(inner, _narrowGradient, inner.Rows, x);
            BackInput(inner, _narrowGradient, inner.Rows, inputGradient, adds: true);
        }
    }

    private void BackInput(GpuTrainedMatrix matrix, ulong gradient, int stride, ulong inputGradient, bool adds)
    {
        var limbs = new GradientArguments
        {
            X = gradient,
            Factors = matrix.Scales,
            High = _high,
            Low = _low,
            Units = _units,
            Fault = _faults,
            XStride = stride,
            FactorStride = 1,
            Rows = Rows,
            Columns = matrix.Rows,
            Stride = matrix.AcrossStride,
            Items = new ItemRange { Heads = 1 },
        };
        _device.Launch(_kernels.GradientRows, new GpuGrid(Rows, 1, 1, RowThreads), &limbs, sizeof(GradientArguments));
        Product(
            new ProductArguments
            {
                LeftHigh = _high,
                LeftLow = _low,
                RightLow = matrix.Across,
                Units = _units,
                Target = inputGradient,
                LeftStride = matrix.AcrossStride,
                RightStride = matrix.AcrossStride,
                TargetStride = matrix.Columns,
                LeftRows = Rows,
                RightRows = matrix.Columns,
                Depth = matrix.AcrossStride,
                Adds = adds ? 1 : 0,
                Items = new ItemRange { Heads = 1 },
            },
            1);
    }

    private void BackMatrix(GpuTrainedMatrix matrix, ulong gradient, int stride, GpuRows x)
    {
        var perMatrix = new ItemOffset { Item = (long)matrix.Rows * _lengthStride };
        var perInput = new ItemOffset { Item = (long)matrix.Columns * _lengthStride };
        var perUnit = new ItemOffset { Item = matrix.Rows };
        for (int first = 0; first < _windows; first += _windowsAcross)
        {
            int count = Math.Min(_windowsAcross, _windows - first);
            var items = new ItemRange { First = first, Heads = 1 };
            GradientColumns(
                new GradientArguments
                {
                    X = gradient,
                    Factors = x.Scales,
                    High = _highAcross,
                    Low = _lowAcross,
                    Units = _unitsAcross,
                    Fault = _faults,
                    XAt = new ItemOffset { Window = (long)_length * stride },
                    FactorAt = new ItemOffset { Window = _length },
                    LimbAt = perMatrix,
                    UnitAt = perUnit,
                    XStride = stride,
                    FactorStride = 1,
                    Rows = _length,
                    Columns = matrix.Rows,
                    Stride = _lengthStride,
                    Items = items,
                },
                count);
            Transpose(x.Values, new ItemOffset { Window = (long)_length * x.Stride }, x.Stride, _inputAcross, perInput, _lengthStride, _length, matrix.Columns, items, count);
            Product(
                new ProductArguments
                {
                    LeftHigh = _highAcross,
                    LeftLow = _lowAcross,
                    RightLow = _inputAcross,
                    Units = _unitsAcross,
                    Target = matrix.Gradient,
                    LeftAt = perMatrix,
                    RightAt = perInput,
                    UnitAt = perUnit,
                    LeftStride = _lengthStride,
                    RightStride = _lengthStride,
                    TargetStride = matrix.Columns,
                    LeftRows = matrix.Rows,
                    RightRows = matrix.Columns,
                    Depth = _lengthStride,
                    Adds = 1,
                    Turns = count,
                    Items = items,
                },
                1);
        }
    }

    private void NormBack(ulong stream)
    {
        var arguments = new NormBackArguments
        {
            X = stream,
            Gradient = _inputGradient,
            Target = _streamGradient,
            Fault = _faults,
            Columns = _config.Dimension,
            Epsilon = _config.NormEpsilon,
        };
        _device.Launch(_kernels.NormBack, new GpuGrid(Rows, 1, 1, RowThreads), &arguments, sizeof(NormBackArguments));
    }

    private void ScatterEmbedding()
    {
        GpuTrainedMatrix table = _embedding.Linears[0].Main;
        if (table.Parameter is null)
        {
            return;
        }

        _device.Clear(_bits, (long)Windows * sizeof(int));
        for (int window = 0; window < _windows; window++)
        {
            ulong gradient = Elements(_streamGradient, (long)window * _length * _config.Dimension);
            ulong bits = _bits + ((ulong)window * sizeof(int));
            Magnitude(gradient, _length * _config.Dimension, bits);
            ulong plan = _plan + (((ulong)(2 * Windows * _length) + ((ulong)window * (ulong)((3 * _length) + 1))) * sizeof(int));
            var arguments = new ScatterArguments
            {
                Gradient = gradient,
                Tokens = plan,
                Starts = plan + ((ulong)_length * sizeof(int)),
                Positions = plan + ((ulong)((2 * _length) + 1) * sizeof(int)),
                Bits = bits,
                Target = table.Gradient,
                Fault = _faults,
                Dimension = _config.Dimension,
            };
            _device.Launch(_kernels.Scatter, new GpuGrid(_slots[window], 1, 1, RowThreads), &arguments, sizeof(ScatterArguments));
        }
    }

    private void Magnitude(ulong x, int count, ulong bits)
    {
        var arguments = new ReduceArguments { X = x, Bits = bits, Count = count };
        _device.Launch(_kernels.ReduceMagnitude, Elements(count), &arguments, sizeof(ReduceArguments));
    }

    /// <summary>Blocks that go over so many elements.</summary>
    private GpuGrid Elements(int count) => new(Math.Min(GpuGrid.Blocks(count, RowThreads), 8 * _device.Multiprocessors), 1, 1, RowThreads);

    /// <summary>Turns the int8 rows of a matrix around.</summary>
    private void Turn(GpuTrainedMatrix matrix) => Transpose(
        matrix.Quantized, default, matrix.Stride, matrix.Across, default, matrix.AcrossStride, matrix.Rows, matrix.Columns, new ItemRange { Heads = 1 }, 1);

    private void Transpose(ulong x, ItemOffset xAt, int xStride, ulong target, ItemOffset targetAt, int stride, int rows, int columns, ItemRange items, int count)
    {
        var arguments = new TransposeArguments
        {
            X = x,
            Target = target,
            XAt = xAt,
            TargetAt = targetAt,
            XStride = xStride,
            Rows = rows,
            Columns = columns,
            Stride = stride,
            Items = items,
        };
        _device.Launch(_kernels.Transpose, new GpuGrid(GpuGrid.Blocks(columns, TransposeEdge), stride / TransposeEdge, count, RowThreads), &arguments, sizeof(TransposeArguments));
    }

    private void GradientColumns(GradientArguments arguments, int count) =>
        _device.Launch(_kernels.GradientColumns, new GpuGrid(GpuGrid.Blocks(arguments.Columns, ColumnLanes), 1, count, RowThreads), &arguments, sizeof(GradientArguments));

    /// <summary>The product of so many items; those of a turn more than one follow each other in one block.</summary>
    private void Product(ProductArguments arguments, int count)
    {
        arguments.Turns = Math.Max(1, arguments.Turns);
        nint kernel = _kernels.Products[arguments.LeftHigh == 0 ? 0 : arguments.RightHigh == 0 ? 1 : 2];
        var grid = new GpuGrid(GpuGrid.Blocks(arguments.LeftRows, ProductEdge), GpuGrid.Blocks(arguments.RightRows, ProductEdge), count, RowThreads);
        _device.Launch(kernel, grid, &arguments, sizeof(ProductArguments));
    }
}
