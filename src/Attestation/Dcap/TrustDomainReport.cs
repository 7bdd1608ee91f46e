using System.Buffers.Binary;

namespace Ait.Attestation.Dcap;

/// <summary>The report of a TDX trust domain: 584 bytes, longer from TDX 1.5 on.</summary>
internal sealed class TrustDomainReport(ReadOnlyMemory<byte> bytes)
{
    internal const int Length = 584;
    internal const int Length15 = 648;
    internal const int Length15Extended = 885;

    internal ReadOnlySpan<byte> TeeTcbSvn => bytes.Span[..16];

    /// <summary>The levels in force now, from TDX 1.5 on; empty before.</summary>
    internal ReadOnlySpan<byte> CurrentTeeTcbSvn => bytes.Length >= Length15 ? bytes.Span.Slice(584, 16) : [];

    internal ByteString MrSignerSeam => new(bytes.Span.Slice(64, 48));

    internal ReadOnlySpan<byte> SeamAttributes => bytes.Span.Slice(112, 8);

    internal ulong TdAttributes => BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[120..]);

    internal ByteString MrTd => new(bytes.Span.Slice(136, 48));

    /// <summary>MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG, RTMR0 to RTMR3.</summary>
    internal ByteString Program => new(bytes.Span[136..520]);

    internal ByteString Rtmr(int index) => new(bytes.Span.Slice(328 + (48 * index), 48));

    internal ByteString ReportData => new(bytes.Span.Slice(520, 64));

    /// <summary>The service domain bound to this one, from TDX 1.5 on; empty before.</summary>
    internal ByteString MrServiceTd => bytes.Length >= Length15 ? new ByteString(bytes.Span.Slice(600, 48)) : default;
}
