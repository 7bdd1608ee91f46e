using System.Buffers.Binary;

namespace Ait.Attestation.Dcap;

/// <summary>Walks little-endian fields of a buffer and never past its end.</summary>
internal struct QuoteReader(ReadOnlyMemory<byte> bytes)
{
    internal int Position { get; private set; }

    internal readonly int Remaining => bytes.Length - Position;

    internal bool TryTake(uint length, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        if (length > (uint)Remaining)
        {
            return false;
        }

        taken = bytes.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    internal bool TryTake(int length, out ReadOnlyMemory<byte> taken) => TryTake((uint)length, out taken);

    internal bool TryU16(out ushort value)
    {
        bool taken = TryTake(2u, out ReadOnlyMemory<byte> field);
        value = taken ? BinaryPrimitives.ReadUInt16LittleEndian(field.Span) : (ushort)0;
        return taken;
    }

    internal bool TryU32(out uint value)
    {
        bool taken = TryTake(4u, out ReadOnlyMemory<byte> field);
        value = taken ? BinaryPrimitives.ReadUInt32LittleEndian(field.Span) : 0;
        return taken;
    }

    internal readonly RefusalReason Truncated(string what) =>
        new(Refusal.QuoteMalformed, what, "exactly its declared length", $"{Remaining} bytes left", Position);
}
