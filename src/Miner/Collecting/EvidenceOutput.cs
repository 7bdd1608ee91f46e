using System.Collections.Immutable;
using System.Text.Json;
using Ait.Chain;

namespace Ait.Miner.Collecting;

/// <summary>Reads what the evidence command prints: <c>{"report","vcek","ask","ark"}</c> or <c>{"quote"}</c>, hex strings.</summary>
internal static class EvidenceOutput
{
    /// <summary>An SNP report is 1184 bytes; certificates are about 1.5 KiB each.</summary>
    public const int MaxFieldBytes = 16 * 1024;

    public static EvidenceOutcome Read(ReadOnlyMemory<byte> output)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(output, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return NotJson($"a JSON {root.ValueKind}");
            }

            string? problem = null;
            if (root.TryGetProperty("quote", out _))
            {
                ImmutableArray<byte> quote = Field(root, "quote", ref problem);
                return problem is null ? QuoteAnswer.Read([.. quote], "the evidence command") : Invalid(problem);
            }

            ImmutableArray<byte> report = Field(root, "report", ref problem);
            ImmutableArray<byte> vcek = Field(root, "vcek", ref problem);
            ImmutableArray<byte> ask = Field(root, "ask", ref problem);
            ImmutableArray<byte> ark = Field(root, "ark", ref problem);
            return problem is null
                ? new EvidenceOutcome.Collected(new CollectedEvidence(EvidencePlatform.SevSnp, report, vcek, ask, ark))
                : Invalid(problem);
        }
        catch (JsonException)
        {
            return NotJson("no JSON");
        }
    }

    private static EvidenceOutcome.Failed Invalid(string problem) => new(
        EvidenceFailure.FieldInvalid, $"The evidence command printed JSON whose {problem}", "Use a collector that prints report, vcek, ask and ark as hex, or a quote.");

    private static EvidenceOutcome.Failed NotJson(string found) => new(
        EvidenceFailure.OutputNotJson,
        $"The evidence command printed {found}; expected one object {{\"report\",\"vcek\",\"ask\",\"ark\"}} or {{\"quote\"}}.",
        "Run the command by hand with --report-data and look at its output.");

    private static ImmutableArray<byte> Field(JsonElement root, string name, ref string? problem)
    {
        if (problem is not null)
        {
            return [];
        }

        if (!root.TryGetProperty(name, out JsonElement value))
        {
            problem = $"field {name} is missing.";
            return [];
        }

        if (value.ValueKind != JsonValueKind.String || !Hex.TryDecode(value.GetString(), out byte[]? bytes))
        {
            problem = $"field {name} is not a hex string.";
            return [];
        }

        if (bytes.Length is 0 or > MaxFieldBytes)
        {
            problem = $"field {name} has {bytes.Length} bytes; expected 1 to {MaxFieldBytes}.";
            return [];
        }

        return [.. bytes];
    }
}
