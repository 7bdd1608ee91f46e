using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>
/// Takes slices of several sequences through the model together. A row is one token; rows meet only in the matrices they
/// share, so what travels with a row never changes it. Holds all buffers: nothing is allocated in a step.
/// </summary>
internal sealed unsafe partial class StepExecutor : IStepExecutor
{
    private readonly Model _model;
    private readonly ModelConfig _config;
    private readonly Kernels _kernels;
    private readonly WorkCrew _crew;
    private readonly int _maxRows;
    private readonly int _groupSize;
    private readonly int _quantWidth;
    private readonly int _logitsWidth;
    private readonly float _scoreScale;

    // One entry per row.
    private readonly Slice[] _rowSlice;
    private readonly int[] _rowPosition;
    private readonly int[] _rowToken;
    private readonly bool[] _rowFault;
    private readonly int[] _logitsRows;

    private readonly AlignedBuffer<float> _hidden;
    private readonly AlignedBuffer<float> _delta;
    private readonly AlignedBuffer<short> _quantized;
    private readonly AlignedBuffer<float> _scales;
    private readonly AlignedBuffer<sbyte> _packed;
    private readonly AlignedBuffer<int> _sums;
    private readonly AlignedBuffer<float> _query;
    private readonly AlignedBuffer<float> _key;
    private readonly AlignedBuffer<float> _value;
    private readonly AlignedBuffer<short> _quantizedQuery;
    private readonly AlignedBuffer<float> _queryScales;
    private readonly AlignedBuffer<float> _attended;
    private readonly AlignedBuffer<float> _gate;
    private readonly AlignedBuffer<float> _up;
    private readonly AlignedBuffer<float> _logits;

    // Grown by EnsurePositions.
    private RotaryTable _rotary;
    private AlignedBuffer<int> _scores;
    private int _scoresStride;
    private int _positions;

    private int _rows;
    private int _logitsCount;
    private int _layer;
    private int _packWidth;
    private int _packRows;

    public StepExecutor(Model model, Kernels kernels, WorkCrew crew, int maxRows, int maxLogitsRows, int maxPositions)
    {
        ModelConfig config = model.Config;
        _model = model;
        _config = config;
        _kernels = kernels;
        _crew = crew;
        _maxRows = maxRows;
        _groupSize = config.Heads / config.KeyValueHeads;
        _quantWidth = Math.Max(Math.Max(config.Dimension, config.QueryWidth), config.FeedForward);
        _logitsWidth = model.Output.PaddedRows;
        _scoreScale = ExactMath.Log2EQ16 / float.Sqrt(config.HeadDimension);
        _rowSlice = new Slice[maxRows];
        _rowPosition = new int[maxRows];
        _rowToken = new int[maxRows];
        _rowFault = new bool[maxRows];
        _logitsRows = new int[maxLogitsRows];
        _hidden = Floats(maxRows, config.Dimension);
        _delta = Floats(maxRows, config.Dimension);
        _quantized = new AlignedBuffer<short>(checked(maxRows * _quantWidth));
        _scales = new AlignedBuffer<float>(maxRows);
        _packed = new AlignedBuffer<sbyte>(kernels.PacksActivations ? checked(maxRows * _quantWidth) : 0);
        _sums = new AlignedBuffer<int>(maxRows);
        _query = Floats(maxRows, config.QueryWidth);
        _key = Floats(maxRows, config.KeyValueWidth);
        _value = Floats(maxRows, config.KeyValueWidth);
        _quantizedQuery = new AlignedBuffer<short>(checked(maxRows * config.QueryWidth));
        _queryScales = Floats(maxRows, config.Heads);
        _attended = Floats(maxRows, config.QueryWidth);
        _gate = Floats(maxRows, config.FeedForward);
        _up = Floats(maxRows, config.FeedForward);
        _logits = Floats(maxLogitsRows, _logitsWidth);
        _positions = maxPositions;
        _rotary = new RotaryTable(config, maxPositions);
        _scoresStride = ScoresFor(config, maxPositions);
        _scores = new AlignedBuffer<int>(checked(crew.Threads * _scoresStride));

        static AlignedBuffer<float> Floats(int rows, int width) => new(checked(rows * width));
    }

    /// <summary>Makes room for sequences of so many positions; not while a step runs.</summary>
    public void EnsurePositions(int positions)
    {
        if (positions > _positions)
        {
            _positions = positions;
            _rotary = new RotaryTable(_config, positions);
            _scoresStride = ScoresFor(_config, positions);
            _scores = new AlignedBuffer<int>(checked(_crew.Threads * _scoresStride));
        }
    }

    // With a window no query sees more than the window and what precedes it in its panel.
    private static int ScoresFor(ModelConfig config, int positions) =>
        ((config.SlidingWindow == 0 ? positions : Math.Min(positions, config.SlidingWindow + 16)) + 31) / 16 * 16;

    // Buffers are the collector's.
    public void Dispose()
    {
    }

    /// <summary>The next step writes over them.</summary>
    public bool KeepsLogits => false;

    /// <summary>The logits of a row of the last step.</summary>
    public ReadOnlySpan<float> Logits(int row) => _logits.Span.Slice(row * _logitsWidth, _config.Vocabulary);

    /// <summary>Runs one step. Sets <see cref="Slice.LogitsRow"/> and <see cref="Slice.Faulted"/> of every slice.</summary>
    public void Step(ReadOnlySpan<Slice> slices)
    {
        Arrange(slices);
        for (_layer = 0; _layer < _config.Layers; _layer++)
        {
            LayerWeights layer = _model.Layers[_layer];
            OverRows(Phase.NormInput);
            Pack(_config.Dimension, _rows);
            OverPanels(Phase.Projections, layer.Query.Panels + layer.Key.Panels + layer.Value.Panels);
            OverRows(Phase.Position);
            _crew.Run(this, (int)Phase.Attention, _rows * _config.Heads, 1);
            OverRows(Phase.QuantizeAttended);
            Pack(_config.QueryWidth, _rows);
            OverPanels(Phase.AttentionOutput, layer.AttentionOutput.Panels);
            OverRows(Phase.NormMiddle);
            Pack(_config.Dimension, _rows);
            OverPanels(Phase.GateUp, layer.Gate.Panels + layer.Up.Panels);
            OverRows(Phase.QuantizeGated);
            Pack(_config.FeedForward, _rows);
            OverPanels(Phase.Down, layer.Down.Panels);
            OverRows(Phase.AddDown);
        }

        Conclude(slices);
        // The kernels work through pointers into buffers that only this object holds.
        GC.KeepAlive(this);
    }

    private void Arrange(ReadOnlySpan<Slice> slices)
    {
        _rows = 0;
        _logitsCount = 0;
        foreach (Slice slice in slices)
        {
            slice.LogitsRow = -1;
            ReadOnlySpan<int> tokens = slice.Tokens.Span;
            for (int i = 0; i < tokens.Length; i++)
            {
                _rowSlice[_rows] = slice;
                _rowPosition[_rows] = slice.Start + i;
                _rowToken[_rows] = tokens[i];
                _rowFault[_rows] = false;
                _rows++;
            }

            if (slice.WantsLogits)
            {
                slice.LogitsRow = _logitsCount;
                _logitsRows[_logitsCount++] = _rows - 1;
            }
        }

        OverRows(Phase.Embed);
    }

    private void Conclude(ReadOnlySpan<Slice> slices)
    {
        if (_logitsCount > 0)
        {
            _crew.Run(this, (int)Phase.NormOutput, _logitsCount, 1);
            Pack(_config.Dimension, _logitsCount);
            OverPanels(Phase.Output, _model.Output.Panels);
        }

        for (int row = 0; row < _rows; row++)
        {
            Slice slice = _rowSlice[row];
            if (slice.Pool is not null && _rowPosition[row] >= slice.PoolFrom)
            {
                AddToPool(row, slice.Pool);
            }

            slice.Faulted |= _rowFault[row];
        }

        foreach (Slice slice in slices)
        {
            if (slice.LogitsRow >= 0)
            {
                int bits = ExactMath.MagnitudeBits(_logits.Pointer + ((long)slice.LogitsRow * _logitsWidth), _config.Vocabulary);
                slice.Faulted |= bits > ExactMath.LargestBits;
            }
        }
    }

    private void Pack(int width, int rows)
    {
        if (_kernels.PacksActivations)
        {
            _packWidth = width;
            _packRows = rows;
            _crew.Run(this, (int)Phase.Pack, (rows + Activations.TileRows - 1) / Activations.TileRows, 1);
        }
    }

    // One row is too little to share.
    private void OverRows(Phase phase) => _crew.Run(this, (int)phase, _rows, 2);

    private void OverPanels(Phase phase, int panels) =>
        _crew.Run(this, (int)phase, panels, Math.Max(1, panels / (_crew.Threads * 4)));
}
