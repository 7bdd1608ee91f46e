using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.X509;

/// <summary>
/// At most so many values by their exact bytes; what was used longest ago gives way. Safe between threads: one lock, held for a
/// lookup and never while something is verified.
/// </summary>
internal sealed class BoundedCache<T>(int capacity)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ByteString, LinkedListNode<(ByteString Key, T Value)>> _places = new(Comparer.Instance);
    private readonly LinkedList<(ByteString Key, T Value)> _byUse = new();

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _places.Count;
            }
        }
    }

    internal bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out T? value)
    {
        lock (_lock)
        {
            if (!_places.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out LinkedListNode<(ByteString Key, T Value)>? place))
            {
                value = null;
                return false;
            }

            _byUse.Remove(place);
            _byUse.AddFirst(place);
            value = place.Value.Value;
            return true;
        }
    }

    internal void Keep(ByteString key, T value)
    {
        lock (_lock)
        {
            if (_places.ContainsKey(key))
            {
                return;
            }

            if (_places.Count == capacity && _byUse.Last is { } oldest)
            {
                _byUse.RemoveLast();
                _ = _places.Remove(oldest.Value.Key);
            }

            _places.Add(key, _byUse.AddFirst((key, value)));
        }
    }

    /// <summary>Finds a key by bytes that nobody copies.</summary>
    private sealed class Comparer : IEqualityComparer<ByteString>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ByteString>
    {
        internal static Comparer Instance { get; } = new();

        public bool Equals(ByteString first, ByteString second) => first == second;

        public int GetHashCode(ByteString key) => GetHashCode(key.Span);

        public bool Equals(ReadOnlySpan<byte> alternate, ByteString other) => alternate.SequenceEqual(other.Span);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public ByteString Create(ReadOnlySpan<byte> alternate) => new(alternate);
    }
}
