using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>Evidence of a GPU itself, as <c>registerDevice</c> and <c>refreshDevice</c> take it.</summary>
public sealed class GpuEvidenceRecord
{
    /// <summary>No evidence: the GPU has none.</summary>
    public static GpuEvidenceRecord None { get; } = new()
    {
        Report = default,
        Key = default,
        Device = Hash256.Zero,
        KeyHints = default,
        ReportHints = default,
        Driver = GpuReferenceRecord.None,
        Vbios = GpuReferenceRecord.None,
    };

    /// <summary>SPDM request and response, one after the other; empty where there is no evidence.</summary>
    public required ReadOnlyMemory<byte> Report { get; init; }

    /// <summary>The DER certificate of the attestation key, or the 32 bytes of its identifier in the certificate cache.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>The identifier of the device certificate in the certificate cache.</summary>
    public required Hash256 Device { get; init; }

    /// <summary>Hints for the certificate's signature; may be empty.</summary>
    public required ReadOnlyMemory<byte> KeyHints { get; init; }

    /// <summary>Hints for the report's signature; may be empty.</summary>
    public required ReadOnlyMemory<byte> ReportHints { get; init; }

    /// <summary>What the driver's measurements may be.</summary>
    public required GpuReferenceRecord Driver { get; init; }

    /// <summary>What the VBIOS's measurements may be.</summary>
    public required GpuReferenceRecord Vbios { get; init; }

    /// <summary>The tuple that the contracts take.</summary>
    public AbiValue ToAbi() => AbiValue.List(Report, Key, Device, KeyHints, ReportHints, Driver.ToAbi(), Vbios.ToAbi());

    internal static GpuEvidenceRecord FromAbi(AbiValue value) => new()
    {
        Report = value[0].AsBytes(),
        Key = value[1].AsBytes(),
        Device = value[2].AsHash256(),
        KeyHints = value[3].AsBytes(),
        ReportHints = value[4].AsBytes(),
        Driver = GpuReferenceRecord.FromAbi(value[5]),
        Vbios = GpuReferenceRecord.FromAbi(value[6]),
    };
}
