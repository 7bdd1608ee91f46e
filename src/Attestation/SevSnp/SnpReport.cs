using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.SevSnp;

/// <summary>
/// ATTESTATION_REPORT of AMD SEV-SNP (AMD document 56860), versions 2 to 5, as fields. Parsing proves the shape only;
/// <see cref="SnpVerifier"/> proves who signed it. All integers are little-endian.
/// </summary>
public sealed class SnpReport
{
    /// <summary>Exact length of a report in bytes.</summary>
    public const int Length = 1184;

    internal const int SignedLength = 0x2A0;
    internal const int ReportDataOffset = 0x050;
    internal const int MeasurementOffset = 0x090;
    internal const int ReportedTcbOffset = 0x180;
    internal const int ProcessorOffset = 0x188;
    internal const int ChipIdOffset = 0x1A0;
    internal const int SignatureOffset = 0x2A0;
    internal const uint HypervisorVmpl = 0xFFFF_FFFF;

    private readonly byte[] _bytes;

    private SnpReport(byte[] bytes) => _bytes = bytes;

    /// <summary>Report format version, 2 to 5.</summary>
    public uint Version => U32(0x000);

    /// <summary>Guest security version, chosen by the guest's owner.</summary>
    public uint GuestSvn => U32(0x004);

    /// <summary>What the guest's owner lets the host do.</summary>
    public SnpGuestPolicy Policy => new(U64(0x008));

    /// <summary>Virtual machine privilege level that requested the report, 0 to 3.</summary>
    public uint Vmpl => U32(0x030);

    /// <summary>PLATFORM_INFO bits.</summary>
    public SnpPlatformInfo PlatformInfo => (SnpPlatformInfo)U64(0x040);

    /// <summary>Kind of the signing key.</summary>
    public SnpSigningKey SigningKey => (SnpSigningKey)((U32(0x048) >> 2) & 7);

    /// <summary>True if the host has masked the chip's key.</summary>
    public bool ChipKeyMasked => (U32(0x048) & 2) != 0;

    /// <summary>The 64 bytes that the guest chose.</summary>
    public ByteString ReportData => Bytes(ReportDataOffset, 64);

    /// <summary>SHA-384 launch digest.</summary>
    public ByteString Measurement => Bytes(MeasurementOffset, 48);

    /// <summary>32 bytes that the host chose at launch.</summary>
    public ByteString HostData => Bytes(0x0C0, 32);

    /// <summary>SHA-384 of the key that signed the guest's ID block; zero if there is none.</summary>
    public ByteString IdKeyDigest => Bytes(0x0E0, 48);

    /// <summary>SHA-384 of the key that signed the ID key; zero if there is none.</summary>
    public ByteString AuthorKeyDigest => Bytes(0x110, 48);

    /// <summary>Identity of this run of the guest.</summary>
    public ByteString ReportId => Bytes(0x140, 32);

    /// <summary>CPUID family, from version 3 on; zero before.</summary>
    public byte ProcessorFamily => _bytes[ProcessorOffset];

    /// <summary>CPUID model, from version 3 on; zero before.</summary>
    public byte ProcessorModel => _bytes[ProcessorOffset + 1];

    /// <summary>CPUID stepping, from version 3 on; zero before.</summary>
    public byte ProcessorStepping => _bytes[ProcessorOffset + 2];

    /// <summary>True if the report names its processor.</summary>
    public bool NamesProcessor => Version >= 3;

    /// <summary>Chip id as the report holds it: 64 bytes; on Turin 8 bytes and zeros; all zero when masked.</summary>
    public ByteString ChipId => Bytes(ChipIdOffset, 64);

    /// <summary>Mitigations in force at launch, from version 5 on; zero before.</summary>
    public ulong LaunchMitigations => U64(0x1F8);

    /// <summary>Mitigations in force now, from version 5 on; zero before.</summary>
    public ulong CurrentMitigations => U64(0x200);

    /// <summary>The bytes under the signature.</summary>
    public ReadOnlyMemory<byte> SignedBytes => _bytes.AsMemory(0, SignedLength);

    /// <summary>The whole report.</summary>
    public ReadOnlyMemory<byte> Encoded => _bytes;

    /// <summary>TCB in force now.</summary>
    public TcbVersion CurrentTcb(SnpProduct product) => Tcb(product, 0x038);

    /// <summary>TCB the host reports; it selects the signing key.</summary>
    public TcbVersion ReportedTcb(SnpProduct product) => Tcb(product, ReportedTcbOffset);

    /// <summary>TCB below which the firmware cannot be rolled back.</summary>
    public TcbVersion CommittedTcb(SnpProduct product) => Tcb(product, 0x1E0);

    /// <summary>TCB when the guest was launched.</summary>
    public TcbVersion LaunchTcb(SnpProduct product) => Tcb(product, 0x1F0);

    /// <summary>Reads a bare report; anything but exactly one well-formed report is refused.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out SnpReport? report,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = SnpReportShape.Check(bytes);
        report = refusal is null ? new SnpReport(bytes.ToArray()) : null;
        return report is not null;
    }

    /// <summary>Writes r‖s as 48 big-endian bytes each; the parser has checked that they fit.</summary>
    internal void CopySignature(Span<byte> destination)
    {
        _bytes.AsSpan(SignatureOffset, 48).CopyTo(destination);
        _bytes.AsSpan(SignatureOffset + 72, 48).CopyTo(destination[48..]);
        destination[..48].Reverse();
        destination[48..96].Reverse();
    }

    private TcbVersion Tcb(SnpProduct product, int offset) => TcbVersion.Read(product, _bytes.AsSpan(offset, 8));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset));

    private ByteString Bytes(int offset, int length) => new(_bytes.AsSpan(offset, length));
}
