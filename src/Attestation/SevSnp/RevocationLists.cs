using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.SevSnp;

/// <summary>Reads revocation lists from files that are DER or PEM.</summary>
public static class RevocationLists
{
    /// <summary>The lists of one file as DER: the file itself, or the blocks of a PEM file.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> file,
        out ImmutableArray<ReadOnlyMemory<byte>> lists,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        bool read = PemReader.TryRead(file, "X509 CRL", out List<ReadOnlyMemory<byte>>? found);
        lists = read ? [.. found!] : []; // TryRead fills the list when it answers true
        refusal = read ? null : new RefusalReason(Refusal.RevocationListMalformed, "CRL", "DER or PEM list", $"{file.Length} other bytes");
        return read;
    }
}
