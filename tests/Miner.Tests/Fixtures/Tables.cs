using System.Buffers.Binary;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>Certificate tables as SNP hosts hand them over; the names are written out in the order of their bytes.</summary>
internal static class Tables
{
    public const string Vcek = "63da758de6644564adc5f4b93be8accd";
    public const string Vlek = "a8074bc2a25a483eaae639c045a0b8a1";
    public const string Ask = "4ab7b379bbac4fe4a02f05aef327c782";
    public const string Ark = "c0b406a4a803495297433fb6014cd0ae";

    public static byte[] Of(params (string Id, byte[] Bytes)[] entries)
    {
        int offset = 24 * (entries.Length + 1);
        byte[] table = new byte[offset + entries.Sum(entry => entry.Bytes.Length) + 5];
        for (int index = 0; index < entries.Length; index++)
        {
            Span<byte> at = table.AsSpan(24 * index);
            Convert.FromHexString(entries[index].Id).CopyTo(at);
            BinaryPrimitives.WriteUInt32LittleEndian(at[16..], (uint)offset);
            BinaryPrimitives.WriteUInt32LittleEndian(at[20..], (uint)entries[index].Bytes.Length);
            entries[index].Bytes.CopyTo(table, offset);
            offset += entries[index].Bytes.Length;
        }

        return table;
    }
}
