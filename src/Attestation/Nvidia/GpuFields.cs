using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ait.Attestation.Nvidia;

/// <summary>The device's own fields of a GPU, typed.</summary>
internal sealed record GpuFields
{
    private const byte On = 0xAA;
    private const byte Off = 0x55;
    private const int MaxTextLength = 64;

    internal required string DriverVersion { get; init; }

    internal required string VbiosVersion { get; init; }

    internal required NvidiaMode Mode { get; init; }

    /// <summary>The GPU says that its first video decoder is off.</summary>
    internal required bool NvdecIsOff { get; init; }

    /// <summary>Empty where old firmware does not say it.</summary>
    internal required ByteString FirmwareId { get; init; }

    /// <summary>Null where the firmware does not say it; Hopper never does.</summary>
    internal required string? Chip { get; init; }

    internal static bool TryRead(
        OpaqueData data, [NotNullWhen(true)] out GpuFields? fields, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        fields = null;
        if (!TryText(data, OpaqueField.DriverVersion, isNeeded: true, out string? driver, out refusal)
            || !TryBytes(data, OpaqueField.VbiosVersion, 8, isNeeded: true, out ReadOnlyMemory<byte> vbios, out refusal)
            || !TrySwitch(data, OpaqueField.NvdecStatus, out bool? decoder, out refusal)
            || !TryBytes(data, OpaqueField.FirmwareId, SpdmEvidence.DigestLength, isNeeded: false, out ReadOnlyMemory<byte> firmware, out refusal)
            || !TryText(data, OpaqueField.ChipInfo, isNeeded: false, out string? chip, out refusal)
            || !TryMode(data, out NvidiaMode mode, out refusal))
        {
            return false;
        }

        fields = new GpuFields
        {
            DriverVersion = driver!, // needed, so read
            VbiosVersion = Vbios(vbios.Span),
            Mode = mode,
            NvdecIsOff = decoder == false,
            FirmwareId = new ByteString(firmware.Span),
            Chip = chip,
        };
        return true;
    }

    /// <summary>Low bytes first: 00 9f 00 96 01 … is 96.00.9f.00.01.</summary>
    private static string Vbios(ReadOnlySpan<byte> bytes) =>
        $"{bytes[3]:x2}.{bytes[2]:x2}.{bytes[1]:x2}.{bytes[0]:x2}.{bytes[4]:x2}";

    private static bool TryMode(OpaqueData data, out NvidiaMode mode, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        mode = NvidiaMode.NotStated;
        if (!TrySwitch(data, OpaqueField.ProtectedPcieStatus, out bool? isProtected, out refusal)
            || !TryBytes(data, OpaqueField.DataVersion, 2, isNeeded: false, out ReadOnlyMemory<byte> version, out refusal)
            || !TryBytes(data, OpaqueField.FeatureFlag, 2, isNeeded: false, out ReadOnlyMemory<byte> flag, out refusal))
        {
            return false;
        }

        if (flag.IsEmpty || version.IsEmpty || BinaryPrimitives.ReadUInt16LittleEndian(version.Span) < 1)
        {
            mode = isProtected == true ? NvidiaMode.ProtectedPcie : NvidiaMode.NotStated;
            return true;
        }

        int number = BinaryPrimitives.ReadUInt16LittleEndian(flag.Span);
        if (number > 2)
        {
            refusal = Bad(OpaqueField.FeatureFlag, "0 (SPT), 1 (MPT) or 2 (PPCIE)", $"{number}");
            return false;
        }

        mode = NvidiaMode.SinglePassThrough + number;
        refusal = isProtected is { } said && said != (mode == NvidiaMode.ProtectedPcie)
            ? new RefusalReason(Refusal.ModeContradiction, "PROTECTED_PCIE_STATUS", $"what FEATURE_FLAG says ({mode})", said ? "on" : "off")
            : null;
        return refusal is null;
    }

    private static bool TrySwitch(OpaqueData data, OpaqueField field, out bool? isOn, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        isOn = null;
        if (!TryBytes(data, field, 1, isNeeded: false, out ReadOnlyMemory<byte> value, out refusal))
        {
            return false;
        }

        if (!value.IsEmpty)
        {
            byte state = value.Span[0];
            isOn = state == On;
            refusal = state is On or Off ? null : Bad(field, "0xaa (on) or 0x55 (off)", $"0x{state:x2}");
        }

        return refusal is null;
    }

    private static bool TryBytes(
        OpaqueData data, OpaqueField field, int length, bool isNeeded, out ReadOnlyMemory<byte> value, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        bool given = data.TryGet(field, out value);
        refusal = given
            ? (value.Length == length ? null : Bad(field, $"{length} bytes", $"{value.Length} bytes"))
            : (isNeeded ? Bad(field, $"{length} bytes", "none") : null);
        return refusal is null;
    }

    /// <summary>Printable ASCII with NULs only at its end.</summary>
    private static bool TryText(
        OpaqueData data, OpaqueField field, bool isNeeded, out string? text, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        text = null;
        refusal = null;
        if (!data.TryGet(field, out ReadOnlyMemory<byte> value))
        {
            refusal = isNeeded ? Bad(field, "a text", "none") : null;
            return refusal is null;
        }

        ReadOnlySpan<byte> bytes = value.Span.TrimEnd((byte)0);
        if (bytes.IsEmpty || bytes.Length > MaxTextLength || bytes.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
        {
            refusal = Bad(field, $"1 to {MaxTextLength} printable characters", Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, MaxTextLength)]));
            return false;
        }

        text = Encoding.ASCII.GetString(bytes);
        return true;
    }

    private static RefusalReason Bad(OpaqueField field, string expected, string found) =>
        new(Refusal.OpaqueData, $"opaque field {(int)field} ({field})", expected, found);
}
