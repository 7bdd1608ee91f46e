using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>Reads an entry's <c>policy</c> on top of <see cref="SnpPolicy.Baseline"/>. Unknown keys are refused by name.</summary>
public static class ManifestPolicy
{
    private const int MaxMeasurements = 10_000;

    /// <summary>Reads a policy object from JSON bytes, for hosts that hold it in a file of its own.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> json,
        [NotNullWhen(true)] out SnpPolicy? policy,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            refusal = JsonShape.FindDuplicate(document.RootElement);
            policy = null;
            return refusal is null && TryRead(document.RootElement, out policy, out refusal);
        }
        catch (JsonException problem)
        {
            policy = null;
            refusal = Bad("policy", "JSON", problem.Message);
            return false;
        }
    }

    internal static bool TryRead(
        JsonElement element,
        [NotNullWhen(true)] out SnpPolicy? policy,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        policy = null;
        if (element.ValueKind != JsonValueKind.Object)
        {
            refusal = Bad("policy", "an object", $"{element.ValueKind}");
            return false;
        }

        SnpPolicy read = SnpPolicy.Baseline;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            JsonElement value = property.Value;
            switch (property.Name)
            {
                case "expected_report_data":
                    if (!TryHex(value, 64, out ByteString data))
                    {
                        refusal = Bad(property.Name, "64 bytes in hex", $"{value.ValueKind}");
                        return false;
                    }

                    read = read with { ReportData = ReportDataRule.Exactly(data) };
                    break;
                case "allowed_measurements":
                    if (!TryMeasurements(value, [48], out ImmutableArray<ByteString> measurements))
                    {
                        refusal = Bad(property.Name, "an array of 48 bytes in hex each", $"{value.ValueKind}");
                        return false;
                    }

                    read = read with { Measurement = MeasurementRule.OneOf(measurements) };
                    break;
                case "min_tcb":
                    if (!TryFloor(value, out TcbFloor? floor, out refusal))
                    {
                        return false;
                    }

                    read = read with { MinimumTcb = TcbFloors.Uniform(floor) };
                    break;
                case "require_chip_id":
                    if (!TryBoolean(value, out bool chipId))
                    {
                        refusal = Bad(property.Name, "true or false", $"{value.ValueKind}");
                        return false;
                    }

                    read = read with { ChipId = chipId ? ChipIdRule.Required : ChipIdRule.MayBeMasked };
                    break;
                case "require_crl":
                    if (!TryBoolean(value, out bool list))
                    {
                        refusal = Bad(property.Name, "true or false", $"{value.ValueKind}");
                        return false;
                    }

                    read = read with { Revocation = list ? RevocationRule.Required : RevocationRule.CheckWhatIsGiven };
                    break;
                default:
                    refusal = new RefusalReason(
                        Refusal.PolicyKeyUnknown,
                        property.Name,
                        "expected_report_data, allowed_measurements, min_tcb, require_chip_id or require_crl",
                        property.Name);
                    return false;
            }
        }

        policy = read;
        refusal = null;
        return true;
    }

    internal static bool TryFloor(JsonElement value, [NotNullWhen(true)] out TcbFloor? floor, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        floor = null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            refusal = Bad("min_tcb", "an object of components", $"{value.ValueKind}");
            return false;
        }

        TcbFloor read = TcbFloor.AnyVersion;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            // A whole TCB as manifests print it carries its reserved bytes, which have no floor, and nulls for
            // components that its product lacks.
            if (property.Name is "rsv" && TryHex(property.Value, null, out ByteString reserved) && reserved.IsZero)
            {
                continue;
            }

            byte level = 0;
            bool absent = property.Value.ValueKind == JsonValueKind.Null;
            if (!absent && (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetByte(out level)))
            {
                refusal = Bad($"min_tcb.{property.Name}", "a number from 0 to 255", $"{property.Value.ValueKind}");
                return false;
            }

            TcbFloor? next = property.Name switch
            {
                "fmc" => read with { Fmc = level },
                "bl" or "bootloader" => read with { BootLoader = level },
                "tee" => read with { Tee = level },
                "snp" => read with { Snp = level },
                "ucode" or "microcode" => read with { Microcode = level },
                _ => null,
            };
            if (next is null)
            {
                refusal = new RefusalReason(Refusal.PolicyKeyUnknown, $"min_tcb.{property.Name}", "fmc, bl, tee, snp or ucode", property.Name);
                return false;
            }

            read = next;
        }

        floor = read;
        refusal = null;
        return true;
    }

    internal static bool TryMeasurements(JsonElement value, ReadOnlySpan<int> lengths, out ImmutableArray<ByteString> measurements)
    {
        measurements = [];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxMeasurements)
        {
            return false;
        }

        ImmutableArray<ByteString>.Builder read = ImmutableArray.CreateBuilder<ByteString>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (!TryHex(item, null, out ByteString measurement) || !lengths.Contains(measurement.Length))
            {
                return false;
            }

            read.Add(measurement);
        }

        measurements = read.ToImmutable();
        return true;
    }

    internal static bool TryHex(JsonElement value, int? length, out ByteString bytes)
    {
        bytes = default;
        return JsonShape.TryString(value, out string? text)
            && ByteString.TryParseHex(text, out bytes)
            && (length is null || bytes.Length == length);
    }

    internal static bool TryBoolean(JsonElement value, out bool result)
    {
        result = value.ValueKind == JsonValueKind.True;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
    }

    internal static RefusalReason Bad(string what, string expected, string found) =>
        new(Refusal.PolicyValueMalformed, what, expected, found);
}
