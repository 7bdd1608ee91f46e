using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ait.Emulation.Amd;

/// <summary>What a guest and its host put into a report; the chip fills in the rest.</summary>
public sealed record EmulatedReport
{
    public const int Length = 1184;
    public const int SignedLength = 0x2A0;

    /// <summary>64 bytes.</summary>
    public required byte[] ReportData { get; init; }

    /// <summary>48 bytes.</summary>
    public required byte[] Measurement { get; init; }

    /// <summary>Report version, 2 to 5.</summary>
    public int Version { get; init; } = 3;

    /// <summary>32 bytes.</summary>
    public byte[] HostData { get; init; } = new byte[32];

    public bool Debug { get; init; }

    public bool MigrationAgent { get; init; }

    public uint Vmpl { get; init; }

    /// <summary>The chip id is left zero and the chip key marked as masked.</summary>
    public bool MaskChip { get; init; }

    /// <summary>The report names a loaded key (VLEK), and no chip.</summary>
    public bool LoadedKey { get; init; }

    public uint GuestSvn { get; init; }

    /// <summary>The unsigned bytes of the report that <paramref name="chip"/> would sign.</summary>
    public byte[] Write(EmulatedChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        if (ReportData.Length != 64 || Measurement.Length != 48 || HostData.Length != 32 || Version is < 2 or > 5)
        {
            throw new ArgumentException("report data is 64 bytes, measurement 48, host data 32, version 2 to 5");
        }

        ProductShape shape = ProductShape.Of(chip.Product);
        byte[] tcb = chip.Tcb.Pack(chip.Product);
        var report = new byte[Length];
        U32(report, 0x000, (uint)Version);
        U32(report, 0x004, GuestSvn);
        ulong policy = 0x30000 | (Debug ? 1ul << 19 : 0) | (MigrationAgent ? 1ul << 18 : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(report.AsSpan(0x008), policy);
        U32(report, 0x030, Vmpl);
        U32(report, 0x034, 1);
        tcb.CopyTo(report, 0x038);
        report[0x040] = Version == 2 ? (byte)0x01 : (byte)0x25;
        U32(report, 0x048, (LoadedKey ? 1u << 2 : 0) | (MaskChip ? 2u : 0));
        ReportData.CopyTo(report, 0x050);
        Measurement.CopyTo(report, 0x090);
        HostData.CopyTo(report, 0x0C0);
        RandomNumberGenerator.Fill(report.AsSpan(0x140, 32));
        report.AsSpan(0x160, 32).Fill(0xFF);
        tcb.CopyTo(report, 0x180);
        if (Version >= 3)
        {
            report[0x188] = shape.Family;
            report[0x189] = shape.Model;
            report[0x18A] = shape.Stepping;
        }

        if (!MaskChip && !LoadedKey)
        {
            chip.HardwareId.CopyTo(report, 0x1A0);
        }

        tcb.CopyTo(report, 0x1E0);
        byte[] firmware = [40, 55, 1];
        firmware.CopyTo(report, 0x1E8);
        firmware.CopyTo(report, 0x1EC);
        tcb.CopyTo(report, 0x1F0);
        if (Version >= 5 && chip.Product != EmulatedProduct.Turin)
        {
            report[0x1F8] = 0x0B;
            report[0x200] = 0x0B;
        }

        return report;
    }

    private static void U32(byte[] report, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(report.AsSpan(offset), value);
}
