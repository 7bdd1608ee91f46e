using System.Collections.Immutable;

namespace Ait.Attestation.SevSnp;

/// <summary>
/// What evidence must say to be accepted. Every check is spelled out: there is no "unset", and each loosening is a
/// named value that can be searched for.
/// </summary>
public sealed record SnpPolicy
{
    /// <summary>REPORT_DATA.</summary>
    public required ReportDataRule ReportData { get; init; }

    /// <summary>Launch measurement.</summary>
    public required MeasurementRule Measurement { get; init; }

    /// <summary>Least REPORTED_TCB per product.</summary>
    public required TcbFloors MinimumTcb { get; init; }

    /// <summary>Machine identity.</summary>
    public required ChipIdRule ChipId { get; init; }

    /// <summary>Revocation lists.</summary>
    public required RevocationRule Revocation { get; init; }

    /// <summary>Keys that may sign.</summary>
    public required SigningKeyRule SigningKey { get; init; }

    /// <summary>Highest accepted VMPL, 0 to 3: 0 accepts the most privileged level only, 3 every guest level.</summary>
    public required uint MaximumVmpl { get; init; }

    /// <summary>Debugging by the host.</summary>
    public required DebugRule Debug { get; init; }

    /// <summary>Migration agents.</summary>
    public required MigrationRule Migration { get; init; }

    /// <summary>PLATFORM_INFO bits that must be set; <see cref="SnpPlatformInfo.None"/> requires none.</summary>
    public required SnpPlatformInfo RequiredPlatformInfo { get; init; }

    /// <summary>CURRENT_MIT_VECTOR bits that must be set; zero requires none. Reports before version 5 have none set.</summary>
    public required ulong RequiredMitigations { get; init; }

    /// <summary>
    /// The default for judging evidence of unknown purpose: debug and migration refused, every given revocation list
    /// must be current, and everything that only its user can know (report data, measurement, floors) left open.
    /// </summary>
    public static SnpPolicy Baseline { get; } = new()
    {
        ReportData = ReportDataRule.Any,
        Measurement = MeasurementRule.Any,
        MinimumTcb = TcbFloors.AnyVersion,
        ChipId = ChipIdRule.MayBeMasked,
        Revocation = RevocationRule.CheckWhatIsGiven,
        SigningKey = SigningKeyRule.VcekOrVlek,
        MaximumVmpl = 3,
        Debug = DebugRule.Refused,
        Migration = MigrationRule.Refused,
        RequiredPlatformInfo = SnpPlatformInfo.None,
        RequiredMitigations = 0,
    };

    /// <summary>The rule for one device: exactly this binding, one of these programs, on a chip that names itself.</summary>
    public static SnpPolicy ForDevice(ByteString reportData, ImmutableArray<ByteString> measurements, TcbFloors minimumTcb) =>
        Baseline with
        {
            ReportData = ReportDataRule.Exactly(reportData),
            Measurement = MeasurementRule.OneOf(measurements),
            MinimumTcb = minimumTcb,
            ChipId = ChipIdRule.Required,
            SigningKey = SigningKeyRule.VcekOnly,
        };
}
