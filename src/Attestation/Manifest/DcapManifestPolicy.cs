using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>Reads the <c>policy</c> of an Intel entry on top of <see cref="DcapPolicy.Baseline"/>. Unknown keys are refused by name.</summary>
internal static class DcapManifestPolicy
{
    private const string Keys = "expected_report_data, allowed_measurements, allowed_mrtd, allow_service_td, require_chip_id or require_crl";

    internal static bool TryRead(JsonElement element, [NotNullWhen(true)] out DcapPolicy? policy, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        policy = null;
        refusal = null;
        if (element.ValueKind != JsonValueKind.Object)
        {
            refusal = ManifestPolicy.Bad("policy", "an object", $"{element.ValueKind}");
            return false;
        }

        DcapPolicy read = DcapPolicy.Baseline;
        ImmutableArray<ByteString>? allowed = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            refusal = Apply(property, ref read, ref allowed);
            if (refusal is not null)
            {
                return false;
            }
        }

        policy = allowed is { } measurements ? read with { Measurement = DcapMeasurementRule.OneOf(measurements) } : read;
        return true;
    }

    private static RefusalReason? Apply(JsonProperty property, ref DcapPolicy policy, ref ImmutableArray<ByteString>? allowed)
    {
        JsonElement value = property.Value;
        switch (property.Name)
        {
            case "expected_report_data" when ManifestPolicy.TryHex(value, 64, out ByteString data):
                policy = policy with { ReportData = ReportDataRule.Exactly(data) };
                return null;
            case "allowed_measurements" when ManifestPolicy.TryMeasurements(value, [32, 48], out ImmutableArray<ByteString> measurements):
                allowed = Both(allowed, measurements);
                return null;
            case "allowed_mrtd" when ManifestPolicy.TryMeasurements(value, [48], out ImmutableArray<ByteString> domains):
                allowed = Both(allowed, domains);
                return null;
            case "allow_service_td" when ManifestPolicy.TryBoolean(value, out bool allow):
                policy = policy with { ServiceDomain = allow ? ServiceDomainRule.DangerouslyAny : ServiceDomainRule.MustBeAbsent };
                return null;
            case "require_chip_id" or "require_crl" when ManifestPolicy.TryBoolean(value, out _):
                return null; // a quote always names its platform, and its revocation lists are always required
            case "expected_report_data" or "allowed_measurements" or "allowed_mrtd" or "allow_service_td" or "require_chip_id" or "require_crl":
                return ManifestPolicy.Bad(property.Name, "the form of its key", $"{value.ValueKind}");
            default:
                return new RefusalReason(Refusal.PolicyKeyUnknown, property.Name, Keys, property.Name);
        }
    }

    /// <summary>Two lists together accept what both accept.</summary>
    private static ImmutableArray<ByteString> Both(ImmutableArray<ByteString>? first, ImmutableArray<ByteString> second) =>
        first is { } already ? [.. already.Where(measurement => second.Contains(measurement))] : second;
}
