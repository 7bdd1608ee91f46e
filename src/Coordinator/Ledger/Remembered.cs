using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// What this process has met lately: a memory only, of what is found elsewhere too. It has two halves; when the newer is full, the older is
/// forgotten whole and the newer takes its place, so that what was met last is always there. Weights are summed by the way, since a
/// concurrent dictionary takes all of its locks to say how much it has.
/// </summary>
internal sealed class Remembered<TKey, TValue>
    where TKey : notnull
{
    private readonly long _mostOfHalf;
    private readonly Func<TValue, long> _weigh;
    private readonly Lock _turning = new();
    private volatile Half _newer = new();
    private volatile Half _older = new();

    /// <param name="most">Weight of all that is remembered.</param>
    /// <param name="weigh">What one weighs, the same whenever it is asked for the same key; 1 unless it is told.</param>
    internal Remembered(long most, Func<TValue, long>? weigh = null)
    {
        _mostOfHalf = most / 2;
        _weigh = weigh ?? (_ => 1);
    }

    internal void Note(TKey key, TValue value)
    {
        Half half = _newer;
        if (!half.Values.TryAdd(key, value))
        {
            half.Values[key] = value;
        }
        else if (Interlocked.Add(ref half.Weight, _weigh(value)) > _mostOfHalf)
        {
            Turn(half);
        }
    }

    internal bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        _newer.Values.TryGetValue(key, out value) || _older.Values.TryGetValue(key, out value);

    internal bool TryForget(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        bool isOld = _older.Values.TryRemove(key, out TValue? old);
        Half half = _newer;
        if (!half.Values.TryRemove(key, out value))
        {
            value = old;
            return isOld;
        }

        Interlocked.Add(ref half.Weight, -_weigh(value));
        return true;
    }

    internal void Forget(TKey key) => TryForget(key, out _);

    private void Turn(Half full)
    {
        lock (_turning)
        {
            if (_newer == full)
            {
                _older = full;
                _newer = new Half();
            }
        }
    }

    private sealed class Half
    {
        internal long Weight;

        internal ConcurrentDictionary<TKey, TValue> Values { get; } = new();
    }
}
