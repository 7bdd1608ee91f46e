using System.Buffers.Binary;
using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>The checks that need nothing but the report: length, version, reserved fields, ranges.</summary>
internal static class SnpReportShape
{
    private const int OldestVersion = 2;
    private const int NewestVersion = 5;
    private const int FirstVersionWithProcessor = 3;
    private const int FirstVersionWithMitigations = 5;

    /// <summary>Order n of the P-384 group, big-endian.</summary>
    private static ReadOnlySpan<byte> GroupOrder =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xC7, 0x63, 0x4D, 0x81, 0xF4, 0x37, 0x2D, 0xDF,
        0x58, 0x1A, 0x0D, 0xB2, 0x48, 0xB0, 0xA7, 0x7A, 0xEC, 0xEC, 0x19, 0x6A, 0xCC, 0xC5, 0x29, 0x73,
    ];

    internal static RefusalReason? Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SnpReport.Length)
        {
            return new RefusalReason(Refusal.ReportLength, "report", $"{SnpReport.Length} bytes", $"{bytes.Length} bytes");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (version is < OldestVersion or > NewestVersion)
        {
            return new RefusalReason(Refusal.ReportVersion, "VERSION", $"{OldestVersion} to {NewestVersion}", $"{version}", 0);
        }

        return CheckReserved(bytes, (int)version) ?? CheckFields(bytes) ?? CheckSignature(bytes);
    }

    private static RefusalReason? CheckReserved(ReadOnlySpan<byte> bytes, int version)
    {
        ReadOnlySpan<(int Offset, int Length, string Name)> always =
        [
            (0x04C, 4, "reserved after KEY_INFO"),
            (0x18B, 21, "reserved after CPUID"),
            (0x1EB, 1, "reserved after CURRENT version"),
            (0x1EF, 1, "reserved after COMMITTED version"),
            (0x208, 152, "reserved after CURRENT_MIT_VECTOR"),
            (0x330, 368, "reserved after the signature"),
        ];
        foreach ((int offset, int length, string name) in always)
        {
            if (Zero(bytes, offset, length, name) is { } refusal)
            {
                return refusal;
            }
        }

        if (version < FirstVersionWithProcessor && Zero(bytes, SnpReport.ProcessorOffset, 3, "CPUID before version 3") is { } processor)
        {
            return processor;
        }

        if (version < FirstVersionWithMitigations && Zero(bytes, 0x1F8, 16, "MIT_VECTOR before version 5") is { } mitigations)
        {
            return mitigations;
        }

        uint keyInfo = BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x048..]);
        return keyInfo >> 5 == 0
            ? null
            : new RefusalReason(Refusal.ReservedNotZero, "KEY_INFO bits 31:5", "0", string.Create(CultureInfo.InvariantCulture, $"0x{keyInfo:x}"), 0x048);
    }

    private static RefusalReason? CheckFields(ReadOnlySpan<byte> bytes)
    {
        uint algorithm = BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x034..]);
        if (algorithm != 1)
        {
            return new RefusalReason(Refusal.SignatureAlgorithm, "SIGNATURE_ALGO", "1 (ECDSA P-384 SHA-384)", $"{algorithm}", 0x034);
        }

        var policy = new SnpGuestPolicy(BinaryPrimitives.ReadUInt64LittleEndian(bytes[0x008..]));
        if ((policy.Bits & SnpGuestPolicy.ReservedOne) == 0 || (policy.Bits & ~SnpGuestPolicy.Known) != 0)
        {
            return new RefusalReason(Refusal.GuestPolicyReserved, "POLICY", "bit 17 one, bits 63:26 zero", $"{policy}", 0x008);
        }

        uint vmpl = BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x030..]);
        if (vmpl > 3)
        {
            return new RefusalReason(
                vmpl == SnpReport.HypervisorVmpl ? Refusal.RequestedByHypervisor : Refusal.PrivilegeLevel,
                "VMPL", "0 to 3", string.Create(CultureInfo.InvariantCulture, $"0x{vmpl:x}"), 0x030);
        }

        uint key = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x048..]) >> 2) & 7;
        return key is (uint)SnpSigningKey.Vcek or (uint)SnpSigningKey.Vlek
            ? null
            : new RefusalReason(Refusal.SigningKeyUnknown, "KEY_INFO.SIGNING_KEY", "0 (VCEK) or 1 (VLEK)", $"{key}", 0x048);
    }

    private static RefusalReason? CheckSignature(ReadOnlySpan<byte> bytes)
    {
        Span<byte> number = stackalloc byte[48];
        for (int part = 0; part < 2; part++)
        {
            int offset = SnpReport.SignatureOffset + (72 * part);
            string name = part == 0 ? "signature r" : "signature s";
            if (bytes.Slice(offset + 48, 24).ContainsAnyExcept((byte)0))
            {
                return new RefusalReason(Refusal.SignatureEncoding, name, "24 zero bytes of padding", "other bytes", offset + 48);
            }

            bytes.Slice(offset, 48).CopyTo(number);
            number.Reverse();
            if (!number.ContainsAnyExcept((byte)0) || number.SequenceCompareTo(GroupOrder) >= 0)
            {
                return new RefusalReason(Refusal.SignatureEncoding, name, "1 to n-1", Convert.ToHexStringLower(number), offset);
            }
        }

        return null;
    }

    private static RefusalReason? Zero(ReadOnlySpan<byte> bytes, int offset, int length, string name)
    {
        int first = bytes.Slice(offset, length).IndexOfAnyExcept((byte)0);
        return first < 0
            ? null
            : new RefusalReason(Refusal.ReservedNotZero, name, "zero", $"{bytes[offset + first]}", offset + first);
    }
}
