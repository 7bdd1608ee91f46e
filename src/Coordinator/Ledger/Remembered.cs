using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// What this process has met lately, and forgets all of when it becomes too much: a memory only, of what is found elsewhere too. The entries
/// are counted by the way, since a concurrent dictionary takes all of its locks to say how many it has.
/// </summary>
internal sealed class Remembered<TKey, TValue>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new();
    private readonly int _most;
    private int _count;

    internal Remembered(int most) => _most = most;

    internal void Note(TKey key, TValue value)
    {
        if (!_values.TryAdd(key, value))
        {
            _values[key] = value;
        }
        else if (Interlocked.Increment(ref _count) > _most)
        {
            _values.Clear();
            Volatile.Write(ref _count, 0);
        }
    }

    internal bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    internal bool TryForget(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        bool isForgotten = _values.TryRemove(key, out value);
        if (isForgotten)
        {
            Interlocked.Decrement(ref _count);
        }

        return isForgotten;
    }

    internal void Forget(TKey key) => TryForget(key, out _);
}
