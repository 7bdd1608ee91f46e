namespace Ait.Chain.Tests;

/// <summary>The sponge bit by bit from the definition: round constants from the LFSR, rotations from the (x, y) walk.</summary>
internal static class SlowKeccak
{
    public static byte[] Hash(byte[] data)
    {
        const int Rate = 136;
        byte[] padded = new byte[((data.Length / Rate) + 1) * Rate];
        data.CopyTo(padded, 0);
        padded[data.Length] ^= 0x01;
        padded[^1] ^= 0x80;

        ulong[,] lanes = new ulong[5, 5];
        for (int block = 0; block < padded.Length; block += Rate)
        {
            for (int i = 0; i < Rate; i++)
            {
                int lane = i / 8;
                lanes[lane % 5, lane / 5] ^= (ulong)padded[block + i] << (8 * (i % 8));
            }

            lanes = Permute(lanes);
        }

        byte[] digest = new byte[32];
        for (int i = 0; i < 32; i++)
        {
            digest[i] = (byte)(lanes[i / 8, 0] >> (8 * (i % 8)));
        }

        return digest;
    }

    private static ulong[,] Permute(ulong[,] a)
    {
        int lfsr = 1;
        for (int round = 0; round < 24; round++)
        {
            ulong[] c = [.. Enumerable.Range(0, 5).Select(x => a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4])];
            for (int x = 0; x < 5; x++)
            {
                for (int y = 0; y < 5; y++)
                {
                    a[x, y] ^= c[(x + 4) % 5] ^ Rotate(c[(x + 1) % 5], 1);
                }
            }

            ulong[,] b = new ulong[5, 5];
            b[0, 0] = a[0, 0];
            (int px, int py) = (1, 0);
            for (int t = 0; t < 24; t++)
            {
                int rotation = (t + 1) * (t + 2) / 2 % 64;
                b[py, ((2 * px) + (3 * py)) % 5] = Rotate(a[px, py], rotation);
                (px, py) = (py, ((2 * px) + (3 * py)) % 5);
            }

            for (int x = 0; x < 5; x++)
            {
                for (int y = 0; y < 5; y++)
                {
                    a[x, y] = b[x, y] ^ (~b[(x + 1) % 5, y] & b[(x + 2) % 5, y]);
                }
            }

            for (int j = 0; j <= 6; j++)
            {
                if ((lfsr & 1) != 0)
                {
                    a[0, 0] ^= 1UL << ((1 << j) - 1);
                }

                lfsr = (lfsr & 0x80) != 0 ? ((lfsr << 1) ^ 0x171) : lfsr << 1;
            }
        }

        return a;
    }

    private static ulong Rotate(ulong value, int bits) => bits == 0 ? value : (value << bits) | (value >> (64 - bits));
}
