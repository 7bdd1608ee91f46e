namespace Ait.Engine.Tests.Specification;

/// <summary>Written from docs/exact-arithmetic.md §5, without a look at the engine.</summary>
internal static class SpecPhilox
{
    public static uint[] Draw(uint[] counter, ulong key)
    {
        uint[] c = [.. counter];
        uint k0 = (uint)(key % 0x1_0000_0000);
        uint k1 = (uint)(key / 0x1_0000_0000);
        for (int round = 1; round <= 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c[0];
            ulong p1 = 0xCD9E8D57UL * c[2];
            c = [High(p1) ^ c[1] ^ k0, Low(p1), High(p0) ^ c[3] ^ k1, Low(p0)];
            k0 = unchecked(k0 + 0x9E3779B9);
            k1 = unchecked(k1 + 0xBB67AE85);
        }

        return c;
    }

    public static byte[] Block(ulong index, uint layer, uint stream, ulong key) =>
        [.. Draw([Low(index), High(index), layer, stream], key).SelectMany(word => new[] { (byte)word, (byte)(word >> 8), (byte)(word >> 16), (byte)(word >> 24) })];

    private static uint High(ulong value) => (uint)(value >> 32);

    private static uint Low(ulong value) => (uint)(value & 0xFFFFFFFF);
}
