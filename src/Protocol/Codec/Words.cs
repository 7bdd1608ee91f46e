using System.Buffers.Binary;
using Ait.Chain;

namespace Ait.Protocol.Codec;

/// <summary>Builds <c>abi.encode</c> of static types: one 32-byte big-endian word a value.</summary>
internal ref struct Words
{
    private readonly Span<byte> _destination;
    private int _length;

    public Words(Span<byte> destination)
    {
        destination.Clear();
        _destination = destination;
        _length = 0;
    }

    public Words Add(Hash256 value)
    {
        value.CopyTo(Next());
        return this;
    }

    public Words Add(Address value)
    {
        value.CopyTo(Next()[12..]);
        return this;
    }

    public Words Add(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Next()[24..], value);
        return this;
    }

    public readonly Hash256 Hash() => Keccak256.Hash(_destination[.._length]);

    private Span<byte> Next()
    {
        Span<byte> word = _destination.Slice(_length, 32);
        _length += 32;
        return word;
    }
}
