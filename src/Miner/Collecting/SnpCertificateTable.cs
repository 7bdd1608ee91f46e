using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Miner.Collecting;

/// <summary>
/// The certificates a host hands to its SNP guests with a report (GHCB specification, extended guest request): entries of
/// GUID, offset and length, ended by a zero entry, then the certificates. An empty table is a host that provides none.
/// </summary>
internal sealed class SnpCertificateTable
{
    public const int MaxLength = 32 * 1024;
    private const int EntryLength = 24;
    private const int MaxEntries = 32;

    // Sixteen bytes in the order they are printed, as hosts write them.
    private static readonly Guid s_vcek = new("63da758d-e664-4564-adc5-f4b93be8accd");
    private static readonly Guid s_vlek = new("a8074bc2-a25a-483e-aae6-39c045a0b8a1");
    private static readonly Guid s_ask = new("4ab7b379-bbac-4fe4-a02f-05aef327c782");
    private static readonly Guid s_ark = new("c0b406a4-a803-4952-9743-3fb6014cd0ae");
    private readonly Dictionary<Guid, byte[]> _certificates;

    private SnpCertificateTable(Dictionary<Guid, byte[]> certificates) => _certificates = certificates;

    /// <summary>VCEK, or the VLEK where the host was lent one; empty where there is neither.</summary>
    public ReadOnlyMemory<byte> Vek => Find(s_vcek) is { IsEmpty: false } vcek ? vcek : Find(s_vlek);

    public ReadOnlyMemory<byte> Ask => Find(s_ask);

    public ReadOnlyMemory<byte> Ark => Find(s_ark);

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SnpCertificateTable? table, [NotNullWhen(false)] out string? problem)
    {
        table = null;
        Dictionary<Guid, byte[]> found = [];
        if (bytes.Length > MaxLength)
        {
            problem = $"it is {bytes.Length} bytes; expected at most {MaxLength}";
            return false;
        }

        if (!bytes.ContainsAnyExcept((byte)0))
        {
            table = new SnpCertificateTable(found);
            problem = null;
            return true;
        }

        int end = FindEnd(bytes);
        if (end < 0)
        {
            problem = $"no zero entry among the first {MaxEntries} ends it";
            return false;
        }

        for (int at = 0; at < end - EntryLength; at += EntryLength)
        {
            var id = new Guid(bytes.Slice(at, 16), bigEndian: true);
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 16)..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 20)..]);
            if (length == 0 || offset < end || offset > bytes.Length || length > bytes.Length - offset)
            {
                problem = $"entry {id} lies at {offset} with {length} bytes; expected inside {end} to {bytes.Length}";
                return false;
            }

            if (!found.TryAdd(id, bytes.Slice((int)offset, (int)length).ToArray()))
            {
                problem = $"entry {id} occurs twice";
                return false;
            }
        }

        table = new SnpCertificateTable(found);
        problem = null;
        return true;
    }

    /// <summary>Where the entries end, the zero entry included; negative if nothing ends them.</summary>
    private static int FindEnd(ReadOnlySpan<byte> bytes)
    {
        for (int entry = 0; entry <= MaxEntries && (entry + 1) * EntryLength <= bytes.Length; entry++)
        {
            if (!bytes.Slice(entry * EntryLength, EntryLength).ContainsAnyExcept((byte)0))
            {
                return (entry + 1) * EntryLength;
            }
        }

        return -1;
    }

    private ReadOnlyMemory<byte> Find(Guid id) => _certificates.GetValueOrDefault(id);
}
