using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>The POLICY field: what the guest's owner lets the host do.</summary>
/// <param name="Bits">The field as a little-endian number.</param>
public readonly record struct SnpGuestPolicy(ulong Bits)
{
    internal const ulong ReservedOne = 1ul << 17;
    internal const ulong Known = (1ul << 26) - 1;

    /// <summary>The guest may run with simultaneous multithreading.</summary>
    public bool SmtAllowed => (Bits & (1ul << 16)) != 0;

    /// <summary>The guest may be associated with a migration agent.</summary>
    public bool MigrationAgentAllowed => (Bits & (1ul << 18)) != 0;

    /// <summary>The host may read and write the guest's memory.</summary>
    public bool DebugAllowed => (Bits & (1ul << 19)) != 0;

    /// <summary>The guest runs on one socket only.</summary>
    public bool SingleSocket => (Bits & (1ul << 20)) != 0;

    /// <summary>The field in hex.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Bits:x}");
}
