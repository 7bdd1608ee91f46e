using System.Buffers.Binary;

namespace Ait.Attestation.Dcap;

/// <summary>The 384-byte report of an SGX enclave: the quoted one, or the quoting enclave's own.</summary>
internal sealed class EnclaveReport(ReadOnlyMemory<byte> bytes)
{
    internal const int Length = 384;
    private const byte DebugFlag = 2;

    internal ReadOnlyMemory<byte> Encoded => bytes;

    internal ReadOnlySpan<byte> MiscSelect => bytes.Span.Slice(16, 4);

    internal ReadOnlySpan<byte> Attributes => bytes.Span.Slice(48, 16);

    internal bool Debug => (bytes.Span[48] & DebugFlag) != 0;

    internal ByteString MrEnclave => new(bytes.Span.Slice(64, 32));

    /// <summary>MRENCLAVE to ISVFAMILYID.</summary>
    internal ByteString Program => new(bytes.Span[64..320]);

    internal ByteString MrSigner => new(bytes.Span.Slice(128, 32));

    internal ushort IsvProdId => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[256..]);

    internal ushort IsvSvn => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[258..]);

    internal ByteString ReportData => new(bytes.Span.Slice(320, 64));
}
