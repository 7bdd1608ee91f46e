namespace Ait.Attestation.Tests;

internal static class Bytes
{
    internal static byte[] Flip(byte[] bytes, int offset, int bits)
    {
        byte[] changed = [.. bytes];
        changed[offset] ^= (byte)bits;
        return changed;
    }
}
