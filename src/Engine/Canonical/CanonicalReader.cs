using System.Buffers.Binary;

namespace Ait.Engine.Canonical;

/// <summary>
/// Reads what <see cref="CanonicalWriter"/> wrote. The first fault is kept in <see cref="Refusal"/>; from then on every
/// read yields zero, so that a parser checks once, at its end.
/// </summary>
internal ref struct CanonicalReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _offset;

    public EngineRefusal? Refusal { get; private set; }

    public readonly int Remaining => _source.Length - _offset;

    public byte UInt8(string what) => Take(1, what) is { Length: 1 } span ? span[0] : (byte)0;

    public ushort UInt16(string what) => Take(2, what) is { Length: 2 } span ? BinaryPrimitives.ReadUInt16LittleEndian(span) : (ushort)0;

    public uint UInt32(string what) => Take(4, what) is { Length: 4 } span ? BinaryPrimitives.ReadUInt32LittleEndian(span) : 0;

    public int Int32(string what) => (int)UInt32(what);

    public ulong UInt64(string what) => Take(8, what) is { Length: 8 } span ? BinaryPrimitives.ReadUInt64LittleEndian(span) : 0;

    public Digest Digest(string what) => Take(Ait.Engine.Digest.Size, what) is { Length: Ait.Engine.Digest.Size } span ? new Digest(span) : default;

    public void Magic(ReadOnlySpan<byte> expected)
    {
        ReadOnlySpan<byte> found = Take(expected.Length, "magic");
        if (Refusal is null && !found.SequenceEqual(expected))
        {
            Refuse(EngineRefusalCode.WrongMagic, "magic", Convert.ToHexStringLower(expected), Convert.ToHexStringLower(found));
        }
    }

    /// <summary>A name that must be exactly the one expected.</summary>
    public void Name(EngineRefusalCode code, string what, string expected)
    {
        ReadOnlySpan<byte> found = Take(UInt8(what), what);
        if (Refusal is not null)
        {
            return;
        }

        bool same = found.Length == expected.Length;
        for (int i = 0; same && i < found.Length; i++)
        {
            same = found[i] == expected[i];
        }

        if (!same)
        {
            Refuse(code, what, expected, "0x" + Convert.ToHexStringLower(found));
        }
    }

    /// <summary>A count bounded by a limit and by the bytes that are there.</summary>
    public int Count(string what, int limit, int elementSize, EngineRefusalCode code)
    {
        uint count = UInt32(what);
        if (Refusal is not null)
        {
            return 0;
        }

        if (count > (uint)limit)
        {
            Refuse(code, what, string.Create(null, $"at most {limit}"), string.Create(null, $"{count}"));
            return 0;
        }

        if ((long)count * elementSize > Remaining)
        {
            Refuse(EngineRefusalCode.Truncated, what, string.Create(null, $"{(long)count * elementSize} bytes"), string.Create(null, $"{Remaining}"));
            return 0;
        }

        return (int)count;
    }

    public void Skip(int count, string what) => Take(count, what);

    public ReadOnlySpan<byte> Bytes(int count, string what) => Take(count, what);

    public void Refuse(EngineRefusalCode code, string what, string expected, string found) =>
        Refusal ??= new EngineRefusal(code, what, expected, found);

    /// <summary>True if everything was read and nothing refused.</summary>
    public bool End()
    {
        if (Refusal is null && Remaining != 0)
        {
            Refuse(EngineRefusalCode.TrailingBytes, "end", string.Create(null, $"{_offset} bytes"), string.Create(null, $"{_source.Length}"));
        }

        return Refusal is null;
    }

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (Refusal is not null)
        {
            return default;
        }

        if (count > Remaining)
        {
            Refuse(EngineRefusalCode.Truncated, what, string.Create(null, $"{count} bytes at offset {_offset}"), string.Create(null, $"{Remaining}"));
            return default;
        }

        ReadOnlySpan<byte> span = _source.Slice(_offset, count);
        _offset += count;
        return span;
    }
}
