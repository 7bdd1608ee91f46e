using System.Text.Json.Nodes;
using Ait.Attestation;

namespace Ait.Cli.Verifying;

/// <summary>A verdict in a few words.</summary>
internal static class VerdictText
{
    /// <summary>Verdict, refusal, and what matters of the facts or reasons.</summary>
    internal static IReadOnlyList<string> Cells(Verdict verdict) => verdict switch
    {
        Verdict.Genuine genuine => ["genuine", "", genuine.Facts.Summary],
        Verdict.Refused refused => ["refused", refused.Reason.Code.ToString(), Reason(refused.Reason)],
        _ => [verdict.ToString() ?? "", "", ""],
    };

    internal static string Reason(RefusalReason reason) => $"{reason.What}: expected {Short(reason.Expected)}, found {Short(reason.Found)}";

    /// <summary>The JSON of a refusal that came before any verdict, in the shape of one.</summary>
    internal static JsonObject Refusal(string id, RefusalReason reason) => new()
    {
        ["id"] = id,
        ["platform"] = "amd-snp",
        ["verdict"] = "refused",
        ["refusal"] = reason.Code.ToString(),
        ["reasons"] = new JsonArray(new JsonObject
        {
            ["code"] = reason.Code.ToString(),
            ["number"] = (int)reason.Code,
            ["what"] = reason.What,
            ["expected"] = reason.Expected,
            ["found"] = reason.Found,
        }),
    };

    private static string Short(string text) => text.Length <= 48 ? text : text[..47] + "…";
}
