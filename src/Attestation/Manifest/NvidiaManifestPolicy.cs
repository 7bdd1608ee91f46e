using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>
/// Reads <c>nonce</c>, <c>policy</c> and which <c>rims</c> decide, on top of <see cref="NvidiaPolicy.Baseline"/>. Unknown
/// keys are refused by name.
/// <para>
/// The policy's <c>rims</c> always decides: an object of paths, <c>true</c> for the entry's own, <c>false</c> for none.
/// Where the policy does not say, the entry's own decide at the entry's own <c>verify_time</c>; an entry that names no
/// instant records them only, since their certificates live two years and the evidence for ever.
/// </para>
/// </summary>
internal static class NvidiaManifestPolicy
{
    private const string Keys = "expected_nonce, claimed_gpu_count, rims, require_chip_id or require_crl";
    private const int NonceLength = 32;

    internal static bool TryRead(
        JsonElement entry,
        [NotNullWhen(true)] out NvidiaPolicy? policy,
        out JsonElement? references,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        policy = null;
        references = null;
        if (!TryNonce(entry, out ByteString? nonce, out refusal))
        {
            return false;
        }

        NvidiaPolicy read = nonce is { } expected ? NvidiaPolicy.Baseline with { Nonce = NonceRule.Exactly(expected) } : NvidiaPolicy.Baseline;
        JsonElement? own = JsonShape.TryGet(entry, "rims", out JsonElement rims) ? rims : null;
        references = JsonShape.TryGet(entry, "verify_time", out _) ? own : null;
        if (JsonShape.TryGet(entry, "policy", out JsonElement rules))
        {
            if (rules.ValueKind != JsonValueKind.Object)
            {
                refusal = ManifestPolicy.Bad("policy", "an object", $"{rules.ValueKind}");
                return false;
            }

            foreach (JsonProperty property in rules.EnumerateObject())
            {
                refusal = Apply(property, nonce, own, ref read, ref references);
                if (refusal is not null)
                {
                    return false;
                }
            }
        }

        policy = read;
        return true;
    }

    private static bool TryNonce(JsonElement entry, out ByteString? nonce, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        nonce = null;
        refusal = null;
        if (!JsonShape.TryGet(entry, "nonce", out JsonElement value))
        {
            return true;
        }

        if (!ManifestPolicy.TryHex(value, NonceLength, out ByteString read))
        {
            refusal = JsonShape.Entry("nonce", "32 bytes in hex", $"{value.ValueKind}");
            return false;
        }

        nonce = read;
        return true;
    }

    private static RefusalReason? UnknownReference(JsonElement references)
    {
        foreach (JsonProperty property in references.EnumerateObject())
        {
            if (property.Name is not ("driver" or "vbios"))
            {
                return new RefusalReason(Refusal.PolicyKeyUnknown, $"rims.{property.Name}", "driver or vbios", property.Name);
            }
        }

        return null;
    }

    private static RefusalReason? Apply(
        JsonProperty property, ByteString? nonce, JsonElement? own, ref NvidiaPolicy policy, ref JsonElement? references)
    {
        JsonElement value = property.Value;
        switch (property.Name)
        {
            case "expected_nonce" when ManifestPolicy.TryHex(value, NonceLength, out ByteString expected):
                policy = policy with { Nonce = NonceRule.Exactly(expected) };
                return nonce is { } other && other != expected
                    ? new RefusalReason(Refusal.NonceMismatch, "nonce", $"{expected} as the policy says", $"{other}")
                    : null;
            case "claimed_gpu_count" when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count > 0:
                policy = policy with { DeviceCount = DeviceCountRule.Exactly(count) };
                return null;
            case "rims" when ManifestPolicy.TryBoolean(value, out bool compare):
                references = compare ? own : null;
                policy = policy with { References = compare ? ReferenceRule.AtLeastOne : ReferenceRule.CheckWhatIsGiven };
                return null;
            case "rims" when value.ValueKind == JsonValueKind.Object:
                references = value;
                policy = policy with { References = ReferenceRule.AtLeastOne };
                return UnknownReference(value);
            case "require_chip_id" when ManifestPolicy.TryBoolean(value, out _):
                return null; // a GPU's path always carries its identity
            case "require_crl" when ManifestPolicy.TryBoolean(value, out bool list):
                policy = policy with { Revocation = list ? RevocationRule.Required : RevocationRule.CheckWhatIsGiven };
                return null;
            case "expected_nonce" or "claimed_gpu_count" or "rims" or "require_chip_id" or "require_crl":
                return ManifestPolicy.Bad(property.Name, "the form of its key", $"{value.ValueKind}");
            default:
                return new RefusalReason(Refusal.PolicyKeyUnknown, property.Name, Keys, property.Name);
        }
    }
}
