using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Ait.Attestation.SevSnp;

/// <summary>
/// Takes the report out of what platforms wrap it in: nothing, MSG_REPORT_RSP of <c>/dev/sev-guest</c>, or the HCL
/// report of Azure's paravisor, whose runtime data REPORT_DATA commits to.
/// </summary>
public static class SnpReportEnvelope
{
    /// <summary>Longest accepted input in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    private const int HeaderLength = 32;
    private const int ResponseLength = 4000;
    private const int RuntimeHeaderLength = 20;
    private const uint ReportTypeSnp = 2;

    /// <summary>Finds and reads the one report in <paramref name="bytes"/>.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out SnpReport? report,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        report = null;
        if (bytes.Length > MaxLength)
        {
            refusal = new RefusalReason(Refusal.ReportLength, "report", $"at most {MaxLength} bytes", $"{bytes.Length} bytes");
            return false;
        }

        if (bytes.StartsWith("HCLA"u8))
        {
            return TryOpenHcl(bytes, out report, out refusal);
        }

        if (bytes.Length >= HeaderLength + SnpReport.Length && U32(bytes, 4) == SnpReport.Length)
        {
            return TryOpenResponse(bytes, out report, out refusal);
        }

        return SnpReport.TryParse(bytes, out report, out refusal);
    }

    private static bool TryOpenResponse(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out SnpReport? report,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        report = null;
        if (U32(bytes, 0) != 0)
        {
            refusal = Malformed("MSG_REPORT_RSP status", "0", $"{U32(bytes, 0)}", 0);
            return false;
        }

        ReadOnlySpan<byte> padding = bytes[(HeaderLength + SnpReport.Length)..];
        if (bytes[8..HeaderLength].ContainsAnyExcept((byte)0)
            || padding.ContainsAnyExcept((byte)0)
            || bytes.Length > ResponseLength)
        {
            refusal = Malformed("MSG_REPORT_RSP padding", $"zeros, at most {ResponseLength} bytes in all", $"{bytes.Length} bytes, or not zero", 8);
            return false;
        }

        return SnpReport.TryParse(bytes.Slice(HeaderLength, SnpReport.Length), out report, out refusal);
    }

    private static bool TryOpenHcl(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out SnpReport? report,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        const int runtime = HeaderLength + SnpReport.Length;
        report = null;
        if (bytes.Length < runtime + RuntimeHeaderLength)
        {
            refusal = Malformed("HCL report", $"at least {runtime + RuntimeHeaderLength} bytes", $"{bytes.Length} bytes", null);
            return false;
        }

        uint size = U32(bytes, runtime);
        uint type = U32(bytes, runtime + 8);
        uint hash = U32(bytes, runtime + 12);
        uint length = U32(bytes, runtime + 16);
        int room = bytes.Length - runtime - RuntimeHeaderLength;
        if (length > room || size != length + RuntimeHeaderLength || U32(bytes, 8) != runtime + size)
        {
            refusal = Malformed("HCL runtime data length", $"at most {room}, consistent in all headers", $"{length}", runtime + 16);
            return false;
        }

        if (type != ReportTypeSnp || hash is < 1 or > 3)
        {
            refusal = Malformed("HCL runtime data header", "report type 2, hash type 1 to 3", $"{type}, {hash}", runtime + 8);
            return false;
        }

        ReadOnlySpan<byte> data = bytes.Slice(runtime + RuntimeHeaderLength, (int)length);
        if (bytes[(runtime + RuntimeHeaderLength + (int)length)..].ContainsAnyExcept((byte)0))
        {
            refusal = Malformed("HCL report padding", "zeros", "other bytes", runtime + RuntimeHeaderLength + (int)length);
            return false;
        }

        if (!SnpReport.TryParse(bytes.Slice(HeaderLength, SnpReport.Length), out SnpReport? parsed, out refusal))
        {
            return false;
        }

        Span<byte> committed = stackalloc byte[64];
        committed.Clear();
        _ = hash switch
        {
            1 => SHA256.HashData(data, committed),
            2 => SHA384.HashData(data, committed),
            _ => SHA512.HashData(data, committed),
        };
        if (!committed.SequenceEqual(parsed.ReportData.Span))
        {
            refusal = new RefusalReason(
                Refusal.RuntimeDataMismatch, "REPORT_DATA", $"hash of the runtime data {Convert.ToHexStringLower(committed)}", $"{parsed.ReportData}", SnpReport.ReportDataOffset);
            return false;
        }

        report = parsed;
        return true;
    }

    private static RefusalReason Malformed(string what, string expected, string found, int? offset) =>
        new(Refusal.WrapperMalformed, what, expected, found, offset);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
