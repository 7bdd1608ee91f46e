using System.Buffers.Binary;

namespace Ait.Engine.Canonical;

/// <summary>Little-endian fields one after the other, without padding.</summary>
internal sealed class CanonicalWriter
{
    private byte[] _buffer = new byte[128];
    private int _length;

    public void UInt8(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Digest(Digest value) => value.CopyTo(Take(Ait.Engine.Digest.Size));

    /// <summary>One length byte, then ASCII.</summary>
    public void Name(string value)
    {
        UInt8(checked((byte)value.Length));
        System.Text.Encoding.ASCII.GetBytes(value, Take(value.Length));
    }

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    private Span<byte> Take(int count)
    {
        int end = checked(_length + count);
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(end, 2 * _buffer.Length));
        }

        Span<byte> span = _buffer.AsSpan(_length, count);
        _length = end;
        return span;
    }
}
