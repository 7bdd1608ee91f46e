using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>
/// Judges an entry about a whole device: the files of an SNP or an Intel entry, those of an NVIDIA entry where a GPU has evidence, the
/// entry's <c>binding</c> and its <c>policy</c>.
/// </summary>
internal static class DeviceManifest
{
    private const string Keys = "allowed_programs, accepted_profiles, claimed_gpu_count, min_tcb, require_chip_id or require_crl";
    private const int MrTdToRtmr3 = 384;
    private const int MrEnclaveToIsvFamilyId = 256;
    private const int Launch = 48;

    internal static bool TryJudge(
        JsonElement entry,
        TrustRoots roots,
        EvidenceFileReader read,
        DateTimeOffset at,
        [NotNullWhen(true)] out Verdict? verdict,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        verdict = null;
        if (!TryPolicy(entry, out DevicePolicy? policy, out refusal)
            || !ManifestFiles.TryFilesObject(entry, out JsonElement files, out refusal)
            || !TryHost(entry, files, read, out HostEvidence? host, out refusal)
            || !TryGpus(entry, files, read, out ImmutableArray<NvidiaEvidence> gpus, out refusal))
        {
            return false;
        }

        verdict = DeviceVerifier.Verify(new DeviceEvidence { Host = host, Gpus = gpus }, roots, policy, at);
        return true;
    }

    private static bool TryHost(
        JsonElement entry, JsonElement files, EvidenceFileReader read, [NotNullWhen(true)] out HostEvidence? host, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        host = null;
        if (JsonShape.TryGet(files, "quote", out _))
        {
            host = DcapManifestFiles.TryLoad(entry, read, out DcapEvidence? intel, out refusal) ? new HostEvidence.Intel(intel) : null;
        }
        else
        {
            host = ManifestFiles.TryLoad(entry, read, out SnpEvidence? amd, out refusal) ? new HostEvidence.Amd(amd) : null;
        }

        return host is not null;
    }

    private static bool TryGpus(
        JsonElement entry, JsonElement files, EvidenceFileReader read, out ImmutableArray<NvidiaEvidence> gpus, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        gpus = [];
        refusal = null;
        if (!JsonShape.TryGet(files, "evidence", out _))
        {
            return true;
        }

        JsonElement? references = JsonShape.TryGet(entry, "rims", out JsonElement rims) ? rims : null;
        return NvidiaManifestFiles.TryLoad(entry, references, read, out gpus, out refusal);
    }

    private static bool TryPolicy(JsonElement entry, [NotNullWhen(true)] out DevicePolicy? policy, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        policy = null;
        if (!JsonShape.TryGet(entry, "binding", out JsonElement value) || !ManifestPolicy.TryHex(value, DevicePolicy.BindingLength, out ByteString binding))
        {
            refusal = JsonShape.Entry("binding", "32 bytes in hex", "none");
            return false;
        }

        refusal = null;
        DevicePolicy read = DevicePolicy.For(binding, ProgramRule.DangerouslyAny, [.. Enum.GetValues<TrustProfile>()]);
        if (JsonShape.TryGet(entry, "policy", out JsonElement rules))
        {
            if (rules.ValueKind != JsonValueKind.Object)
            {
                refusal = ManifestPolicy.Bad("policy", "an object", $"{rules.ValueKind}");
                return false;
            }

            foreach (JsonProperty property in rules.EnumerateObject())
            {
                refusal = Apply(property, ref read);
                if (refusal is not null)
                {
                    return false;
                }
            }
        }

        policy = read;
        return true;
    }

    private static RefusalReason? Apply(JsonProperty property, ref DevicePolicy policy)
    {
        JsonElement value = property.Value;
        switch (property.Name)
        {
            case "allowed_programs" when ManifestPolicy.TryMeasurements(value, [Launch, MrEnclaveToIsvFamilyId, MrTdToRtmr3], out ImmutableArray<ByteString> programs):
                policy = policy with { Program = ProgramRule.OneOf(programs) };
                return null;
            case "accepted_profiles" when TryProfiles(value, out ImmutableArray<TrustProfile> profiles):
                policy = policy with { AcceptedProfiles = profiles };
                return null;
            case "claimed_gpu_count" when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count >= 0:
                policy = policy with { GpuCount = DeviceCountRule.Exactly(count) };
                return null;
            case "min_tcb":
                if (ManifestPolicy.TryFloor(value, out TcbFloor? floor, out RefusalReason? refusal))
                {
                    policy = policy with { MinimumTcb = TcbFloors.Uniform(floor) };
                }

                return refusal;
            case "require_chip_id" when ManifestPolicy.TryBoolean(value, out _):
                return null; // a device always names its machine
            case "require_crl" when ManifestPolicy.TryBoolean(value, out bool list):
                policy = policy with { Revocation = list ? RevocationRule.Required : RevocationRule.CheckWhatIsGiven };
                return null;
            case "allowed_programs" or "accepted_profiles" or "claimed_gpu_count" or "require_chip_id" or "require_crl":
                return ManifestPolicy.Bad(property.Name, "the form of its key", $"{value.ValueKind}");
            default:
                return new RefusalReason(Refusal.PolicyKeyUnknown, property.Name, Keys, property.Name);
        }
    }

    private static bool TryProfiles(JsonElement value, out ImmutableArray<TrustProfile> profiles)
    {
        profiles = [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            TrustProfile? profile = JsonShape.TryString(item, out string? name)
                ? name switch
                {
                    nameof(TrustProfile.AttestedGpu) => TrustProfile.AttestedGpu,
                    nameof(TrustProfile.MeasuredHost) => TrustProfile.MeasuredHost,
                    nameof(TrustProfile.SgxKeyedHost) => TrustProfile.SgxKeyedHost,
                    _ => null,
                }
                : null;
            if (profile is not { } known || profiles.Contains(known))
            {
                return false;
            }

            profiles = profiles.Add(known);
        }

        return true;
    }
}
