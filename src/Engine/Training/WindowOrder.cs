namespace Ait.Engine.Training;

/// <summary>
/// Which window of the data is trained on when: every epoch shifts the windows by an offset of its own and shuffles them, both
/// drawn from the seed (docs/exact-arithmetic.md §10).
/// </summary>
internal sealed class WindowOrder
{
    private const uint OffsetStream = 0x4F46_4653;
    private const uint ShuffleStream = 0x5348_5546;

    private readonly TrainingRecipe _recipe;
    private readonly ReadOnlyMemory<int> _tokens;
    private readonly int[] _order;
    private long _epoch = -1;
    private int _offset;

    public WindowOrder(TrainingRecipe recipe, ReadOnlyMemory<int> tokens)
    {
        _recipe = recipe;
        _tokens = tokens;
        // As many as fit behind the largest offset, with a target for the last token.
        _order = new int[Count(recipe, tokens.Length)];
    }

    /// <summary>Windows of an epoch.</summary>
    public static int Count(TrainingRecipe recipe, int tokens) => Math.Max(0, (tokens - recipe.SequenceLength) / recipe.SequenceLength);

    /// <summary>Window number n of the run, with the token after it.</summary>
    public ReadOnlyMemory<int> this[long n]
    {
        get
        {
            Shuffle(n / _order.Length);
            return _tokens.Slice(_offset + (_order[n % _order.Length] * _recipe.SequenceLength), _recipe.SequenceLength + 1);
        }
    }

    private void Shuffle(long epoch)
    {
        if (epoch == _epoch)
        {
            return;
        }

        _epoch = epoch;
        _offset = TrainingMath.Bounded(_recipe.Seed, 0, (uint)epoch, OffsetStream, _recipe.SequenceLength);
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        for (int i = _order.Length - 1; i > 0; i--)
        {
            int j = TrainingMath.Bounded(_recipe.Seed, (uint)i, (uint)epoch, ShuffleStream, i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }
    }
}
