using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// A GET_MEASUREMENTS request and its MEASUREMENTS response (SPDM 1.1, DSP0274 §10.11) read strictly, one after the
/// other with nothing behind. Reading proves nothing: the signature at the end is for <see cref="NvidiaVerifier"/>.
/// </summary>
internal sealed class SpdmEvidence
{
    internal const int MaxLength = 64 * 1024;
    internal const int RequestLength = 37;
    internal const int NonceOffset = 4;
    internal const int NonceLength = 32;
    internal const int DigestLength = 48;
    internal const int SignatureLength = 96;

    private const byte Version11 = 0x11;
    private const byte GetMeasurements = 0xE0;
    private const byte Measurements = 0x60;
    private const byte AllBlocks = 0xFF;
    private const int ResponseHeaderLength = 8;
    private const int BlockLength = 7 + DigestLength;

    private SpdmEvidence()
    {
    }

    /// <summary>The verifier's nonce, from the request.</summary>
    internal required ByteString Nonce { get; init; }

    /// <summary>Request and response without its signature.</summary>
    internal required ReadOnlyMemory<byte> SignedBytes { get; init; }

    /// <summary>r‖s, big-endian.</summary>
    internal required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>All blocks as they were sent.</summary>
    internal required ReadOnlyMemory<byte> Record { get; init; }

    /// <summary>The digest of each block by its index, from 1.</summary>
    internal required IReadOnlyDictionary<int, ByteString> Blocks { get; init; }

    /// <summary>The device's own fields.</summary>
    internal required OpaqueData Opaque { get; init; }

    internal static bool TryParse(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out SpdmEvidence? evidence,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        evidence = null;
        const int least = RequestLength + ResponseHeaderLength + NonceLength + 2 + SignatureLength;
        if (bytes.Length is < least or > MaxLength)
        {
            refusal = Malformed("evidence", $"{least} to {MaxLength} bytes", bytes.Length, 0);
            return false;
        }

        ReadOnlySpan<byte> request = bytes.Span[..RequestLength];
        ReadOnlySpan<byte> response = bytes.Span[RequestLength..];
        refusal = CheckRequest(request) ?? CheckResponse(response);
        if (refusal is not null)
        {
            return false;
        }

        int recordLength = response[5] | (response[6] << 8) | (response[7] << 16);
        int opaqueAt = RequestLength + ResponseHeaderLength + recordLength + NonceLength;
        if (opaqueAt + 2 + SignatureLength > bytes.Length)
        {
            refusal = Malformed("measurement record", "room for what follows it", recordLength, RequestLength + 5);
            return false;
        }

        int opaqueLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[opaqueAt..]);
        int end = opaqueAt + 2 + opaqueLength + SignatureLength;
        if (end != bytes.Length)
        {
            refusal = Malformed("evidence", $"{end} bytes as its lengths say", bytes.Length, opaqueAt);
            return false;
        }

        int recordAt = RequestLength + ResponseHeaderLength;
        ReadOnlyMemory<byte> record = bytes.Slice(recordAt, recordLength);
        if (!TryReadBlocks(record.Span, response[4], recordAt, out Dictionary<int, ByteString>? blocks, out refusal)
            || !OpaqueData.TryParse(bytes.Slice(opaqueAt + 2, opaqueLength), opaqueAt + 2, out OpaqueData? opaque, out refusal))
        {
            return false;
        }

        evidence = new SpdmEvidence
        {
            Nonce = new ByteString(request.Slice(NonceOffset, NonceLength)),
            SignedBytes = bytes[..^SignatureLength],
            Signature = bytes[^SignatureLength..],
            Record = record,
            Blocks = blocks,
            Opaque = opaque,
        };
        return true;
    }

    private static RefusalReason? CheckRequest(ReadOnlySpan<byte> request)
    {
        (int At, byte Expected, string What)[] fields =
        [
            (0, Version11, "SPDM version 1.1"),
            (1, GetMeasurements, "GET_MEASUREMENTS"),
            (2, 1, "a signature requested"),
            (3, AllBlocks, "all blocks"),
            (36, 0, "slot 0"),
        ];
        foreach ((int at, byte expected, string what) in fields)
        {
            if (request[at] != expected)
            {
                return new RefusalReason(Refusal.SpdmRequest, "request", $"{what} (0x{expected:x2})", $"0x{request[at]:x2}", at);
            }
        }

        return null;
    }

    private static RefusalReason? CheckResponse(ReadOnlySpan<byte> response)
    {
        (int At, byte Expected, string What)[] fields =
        [
            (0, Version11, "SPDM version 1.1"),
            (1, Measurements, "MEASUREMENTS"),
            (2, 0, "no index (all blocks)"),
            (3, 0, "slot 0"),
        ];
        foreach ((int at, byte expected, string what) in fields)
        {
            if (response[at] != expected)
            {
                return new RefusalReason(Refusal.SpdmResponse, "response", $"{what} (0x{expected:x2})", $"0x{response[at]:x2}", RequestLength + at);
            }
        }

        return null;
    }

    private static bool TryReadBlocks(
        ReadOnlySpan<byte> record,
        int count,
        int recordAt,
        [NotNullWhen(true)] out Dictionary<int, ByteString>? blocks,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        blocks = null;
        if (record.Length != count * BlockLength)
        {
            refusal = Malformed("measurement record", $"{count} blocks of {BlockLength} bytes", record.Length, RequestLength + 4);
            return false;
        }

        var read = new Dictionary<int, ByteString>(count);
        for (int at = 0; at < record.Length; at += BlockLength)
        {
            // index | 1 = DMTF | size of the rest | kind | size of the value | value (DSP0274 table 43)
            ReadOnlySpan<byte> block = record.Slice(at, BlockLength);
            bool sound = block[0] is > 0 and < 0xFF
                && block[1] == 1
                && BinaryPrimitives.ReadUInt16LittleEndian(block[2..]) == BlockLength - 4
                && BinaryPrimitives.ReadUInt16LittleEndian(block[5..]) == DigestLength;
            if (!sound || !read.TryAdd(block[0], new ByteString(block[7..])))
            {
                refusal = new RefusalReason(
                    Refusal.MeasurementBlock, "measurement block", "a SHA-384 value of an index of its own", Convert.ToHexStringLower(block[..7]), recordAt + at);
                return false;
            }
        }

        blocks = read;
        refusal = null;
        return true;
    }

    private static RefusalReason Malformed(string what, string expected, int found, int offset) =>
        new(Refusal.SpdmMalformed, what, expected, $"{found} bytes", offset);
}
