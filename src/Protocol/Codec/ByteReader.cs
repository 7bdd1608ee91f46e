using System.Buffers.Binary;
using Ait.Chain;

namespace Ait.Protocol.Codec;

/// <summary>Reads big-endian fields in order; past the end it reads zeros and remembers that it ran out.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Offset { get; private set; }

    public bool RanOut { get; private set; }

    public readonly int Remaining => _bytes.Length - Offset;

    public byte Byte() => Take(1) is { Length: 1 } taken ? taken[0] : (byte)0;

    public ushort UInt16() => Take(2) is { Length: 2 } taken ? BinaryPrimitives.ReadUInt16BigEndian(taken) : (ushort)0;

    public uint UInt32() => Take(4) is { Length: 4 } taken ? BinaryPrimitives.ReadUInt32BigEndian(taken) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } taken ? BinaryPrimitives.ReadUInt64BigEndian(taken) : 0;

    public Hash256 Hash() => Take(Hash256.Size) is { Length: Hash256.Size } taken ? new Hash256(taken) : default;

    public Address Address() => Take(Chain.Address.Size) is { Length: Chain.Address.Size } taken ? new Address(taken) : default;

    public ReadOnlySpan<byte> Take(int count)
    {
        if (RanOut || count > Remaining)
        {
            RanOut = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(Offset, count);
        Offset += count;
        return taken;
    }
}
