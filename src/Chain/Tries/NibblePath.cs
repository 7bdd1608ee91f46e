namespace Ait.Chain.Tries;

/// <summary>Half bytes of a key, and the hex-prefix form in which nodes carry a part of them (Yellow Paper, appendix C).</summary>
internal static class NibblePath
{
    internal static byte[] Of(ReadOnlySpan<byte> key)
    {
        var nibbles = new byte[key.Length * 2];
        for (int i = 0; i < key.Length; i++)
        {
            nibbles[2 * i] = (byte)(key[i] >> 4);
            nibbles[(2 * i) + 1] = (byte)(key[i] & 15);
        }

        return nibbles;
    }

    internal static byte[] Compact(ReadOnlySpan<byte> nibbles, bool isLeaf)
    {
        bool isOdd = nibbles.Length % 2 == 1;
        var compact = new byte[(nibbles.Length / 2) + 1];
        compact[0] = (byte)((isLeaf ? 0x20 : 0) | (isOdd ? 0x10 | nibbles[0] : 0));
        for (int i = isOdd ? 1 : 0, to = 1; i < nibbles.Length; i += 2, to++)
        {
            compact[to] = (byte)((nibbles[i] << 4) | nibbles[i + 1]);
        }

        return compact;
    }

    /// <summary>The strict inverse of <see cref="Compact"/>.</summary>
    internal static bool TryExpand(ReadOnlySpan<byte> compact, out byte[] nibbles, out bool isLeaf)
    {
        nibbles = [];
        isLeaf = false;
        if (compact.IsEmpty || compact[0] >> 4 > 3 || ((compact[0] & 0x10) == 0 && (compact[0] & 15) != 0))
        {
            return false;
        }

        isLeaf = (compact[0] & 0x20) != 0;
        byte[] all = Of(compact);
        nibbles = (compact[0] & 0x10) != 0 ? all[1..] : all[2..];
        return true;
    }
}
