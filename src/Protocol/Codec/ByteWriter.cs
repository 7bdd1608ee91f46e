using System.Buffers;
using System.Buffers.Binary;
using Ait.Chain;

namespace Ait.Protocol.Codec;

/// <summary>Writes big-endian fields in order.</summary>
/// <param name="expected">How many bytes are expected; more are taken too.</param>
internal sealed class ByteWriter(int expected = 256)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(expected);

    public ByteWriter Byte(byte value)
    {
        Next(1)[0] = value;
        return this;
    }

    public ByteWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Next(2), value);
        return this;
    }

    public ByteWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Next(4), value);
        return this;
    }

    public ByteWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Next(8), value);
        return this;
    }

    public ByteWriter Hash(Hash256 value)
    {
        value.CopyTo(Next(Hash256.Size));
        return this;
    }

    public ByteWriter Address(Address value)
    {
        value.CopyTo(Next(Chain.Address.Size));
        return this;
    }

    public ByteWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Next(value.Length));
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private Span<byte> Next(int count)
    {
        Span<byte> next = _bytes.GetSpan(count)[..count];
        _bytes.Advance(count);
        return next;
    }
}
