using System.Collections.Immutable;

using Ait.Chain.Rpc;

namespace Ait.Chain.Blocks;

/// <summary>The 2048-bit filter over a receipt's logs (Yellow Paper, 4.3.1).</summary>
internal static class LogBloom
{
    private const int Size = 256;

    internal static byte[] Of(ImmutableArray<Log> logs)
    {
        var bloom = new byte[Size];
        foreach (Log log in logs)
        {
            Add(bloom, log.Address.ToArray());
            foreach (Hash256 topic in log.Topics)
            {
                Add(bloom, topic.ToArray());
            }
        }

        return bloom;
    }

    /// <summary>Three bits, by the first three pairs of bytes of the hash.</summary>
    private static void Add(byte[] bloom, byte[] value)
    {
        byte[] hash = Keccak256.Hash(value).ToArray();
        for (int pair = 0; pair < 6; pair += 2)
        {
            int bit = ((hash[pair] << 8) | hash[pair + 1]) & 2047;
            bloom[Size - 1 - (bit / 8)] |= (byte)(1 << (bit % 8));
        }
    }
}
