using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.Nvidia;

/// <summary>Measurements of a GPU's report against accepted values in the compact form of <see cref="NvidiaReference.Values"/>, which contracts hold instead of manifests.</summary>
public static class GoldenValues
{
    private const int DecoderIndex = 35;
    private const int MostIndex = 253;

    /// <summary>The indices whose measurement is none of the accepted values; false if report or values cannot be read.</summary>
    public static bool TryCompare(
        ReadOnlyMemory<byte> report, ReadOnlySpan<byte> values, out ImmutableArray<int> differences, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        differences = [];
        if (!SpdmEvidence.TryParse(report, out SpdmEvidence? spdm, out refusal) || !GpuFields.TryRead(spdm.Opaque, out GpuFields? fields, out refusal))
        {
            return false;
        }

        var found = ImmutableArray.CreateBuilder<int>();
        int least = 0;
        for (int offset = 0; offset < values.Length;)
        {
            int end = values.Length - offset < 2 ? int.MaxValue : offset + 2 + (values[offset + 1] * SpdmEvidence.DigestLength);
            if (end > values.Length || values[offset] < least || values[offset] > MostIndex)
            {
                refusal = new RefusalReason(Refusal.ReferenceMalformed, "accepted values", "ascending indices, each with its values", $"{values.Length} bytes", offset);
                return false;
            }

            int index = values[offset];
            least = index + 1;
            bool skipped = index == DecoderIndex && fields.NvdecIsOff;
            if (!skipped && !(spdm.Blocks.TryGetValue(index + 1, out ByteString measured) && IsAmong(values[(offset + 2)..end], measured)))
            {
                found.Add(index);
            }

            offset = end;
        }

        differences = found.ToImmutable();
        refusal = null;
        return true;
    }

    private static bool IsAmong(ReadOnlySpan<byte> values, ByteString measured)
    {
        for (int at = 0; at < values.Length; at += SpdmEvidence.DigestLength)
        {
            if (values.Slice(at, SpdmEvidence.DigestLength).SequenceEqual(measured.Span))
            {
                return true;
            }
        }

        return false;
    }
}
