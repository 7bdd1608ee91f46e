using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Chain;

namespace Ait.Miner.Collecting;

/// <summary>Reads what a GPU's evidence command prints: <c>{"gpus":[{"request","response","certificates":[…]}]}</c>, hex strings, one GPU.</summary>
internal static class GpuEvidenceOutput
{
    private const int MaxCertificates = 8;
    private const string Remedy = "Use a collector that prints one GPU's request, response and certificates as hex.";

    public static GpuEvidenceOutcome Read(ReadOnlyMemory<byte> output)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(output, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("gpus", out JsonElement gpus)
                || gpus.ValueKind != JsonValueKind.Array
                || gpus.GetArrayLength() != 1
                || gpus[0].ValueKind != JsonValueKind.Object)
            {
                return new GpuEvidenceOutcome.Failed(EvidenceFailure.FieldInvalid, "The GPU's evidence command printed JSON without exactly one entry in gpus.", Remedy);
            }

            return Read(gpus[0]);
        }
        catch (JsonException)
        {
            return new GpuEvidenceOutcome.Failed(EvidenceFailure.OutputNotJson, "The GPU's evidence command printed no JSON.", Remedy);
        }
    }

    private static GpuEvidenceOutcome Read(JsonElement gpu)
    {
        if (!TryBytes(gpu, "request", out byte[] request) || !TryBytes(gpu, "response", out byte[] response))
        {
            return new GpuEvidenceOutcome.Failed(EvidenceFailure.FieldInvalid, "The GPU's evidence command printed a request or response that is no hex string.", Remedy);
        }

        if (!gpu.TryGetProperty("certificates", out JsonElement certificates)
            || certificates.ValueKind != JsonValueKind.Array
            || certificates.GetArrayLength() is 0 or > MaxCertificates)
        {
            return new GpuEvidenceOutcome.Failed(EvidenceFailure.FieldInvalid, $"The GPU's evidence command printed no list of 1 to {MaxCertificates} certificates.", Remedy);
        }

        var pem = new StringBuilder();
        foreach (JsonElement certificate in certificates.EnumerateArray())
        {
            if (!TryBytes(certificate, out byte[] der))
            {
                return new GpuEvidenceOutcome.Failed(EvidenceFailure.FieldInvalid, "The GPU's evidence command printed a certificate that is no hex string.", Remedy);
            }

            pem.Append(PemEncoding.Write("CERTIFICATE", der)).Append('\n');
        }

        return new GpuEvidenceOutcome.Collected(new GpuEvidence([.. request, .. response], [.. Encoding.ASCII.GetBytes(pem.ToString())]));
    }

    private static bool TryBytes(JsonElement element, string name, out byte[] bytes)
    {
        bytes = [];
        return element.TryGetProperty(name, out JsonElement value) && TryBytes(value, out bytes);
    }

    private static bool TryBytes(JsonElement value, out byte[] bytes)
    {
        bytes = value.ValueKind == JsonValueKind.String && Hex.TryDecode(value.GetString(), out byte[]? found) ? found : [];
        return bytes.Length is > 0 and <= EvidenceOutput.MaxFieldBytes;
    }
}
