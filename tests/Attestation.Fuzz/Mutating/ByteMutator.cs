namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>Mutations that know nothing of the format.</summary>
internal static class ByteMutator
{
    private static readonly byte[] s_bytes = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF];

    private static readonly long[] s_numbers = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];

    internal static byte[] Mutate(byte[] input, Chance chance)
    {
        int from = chance.Below(input.Length + 1);
        int length = Math.Min(chance.OneIn(4) ? chance.Below(input.Length) : chance.Below(17), input.Length - from);
        switch (chance.Below(8))
        {
            case 0:
                return Changed(input, from, bytes => bytes[0] ^= (byte)(1 << chance.Below(8)));
            case 1:
                return Changed(input, from, bytes => bytes[0] = chance.Of<byte>(s_bytes));
            case 2:
                return Changed(input, from, bytes => WriteNumber(bytes, chance));
            case 3:
                return [.. input[..from], .. input[(from + length)..]];
            case 4:
                return [.. input[..(from + length)], .. input[from..]];
            case 5:
                return [.. input[..from], .. chance.Bytes(chance.Below(33)), .. input[from..]];
            case 6:
                return input[..from];
            default:
                return Changed(input, from, bytes => bytes[..Math.Min(length, bytes.Length)].Fill(chance.Of<byte>(s_bytes)));
        }
    }

    /// <summary>Changes bytes in place: the length stays.</summary>
    internal static byte[] Overwrite(byte[] input, Chance chance)
    {
        int from = chance.Below(input.Length);
        return chance.Below(4) switch
        {
            0 => Changed(input, from, bytes => bytes[0] ^= (byte)(1 << chance.Below(8))),
            1 => Changed(input, from, bytes => bytes[0] = chance.Of<byte>(s_bytes)),
            2 => Changed(input, from, bytes => WriteNumber(bytes, chance)),
            _ => Changed(input, from, bytes => bytes[..Math.Min(chance.Below(33), bytes.Length)].Fill(chance.Of<byte>(s_bytes))),
        };
    }

    /// <summary>A number that parsers stumble over, in one to four bytes, either end first.</summary>
    internal static void WriteNumber(Span<byte> bytes, Chance chance)
    {
        int width = Math.Min(1 << chance.Below(3), bytes.Length);
        long number = chance.Of<long>(s_numbers) + (chance.OneIn(3) ? chance.Below(5) - 2 : 0);
        bool bigEndian = chance.OneIn(2);
        for (int index = 0; index < width; index++)
        {
            bytes[bigEndian ? width - 1 - index : index] = (byte)(number >> (8 * index));
        }
    }

    private delegate void Change(Span<byte> bytes);

    private static byte[] Changed(byte[] input, int from, Change change)
    {
        if (input.Length == 0)
        {
            return input;
        }

        byte[] changed = [.. input];
        change(changed.AsSpan(Math.Min(from, input.Length - 1)));
        return changed;
    }
}
