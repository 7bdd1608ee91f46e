using System.Text.Json.Serialization;
using Ait.Attestation;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Coordinator.Configuration;

/// <summary>Where the contracts are: deployment.json.</summary>
internal sealed record Deployment(
    ulong ChainId,
    ulong BlockNumber,
    Address DeviceRegistry,
    Address MiningRegistry,
    Address Token,
    Address CertificateCache,
    Address SnpVerifier,
    Address Governor,
    Address Coordinator,
    string Profile,
    DeploymentRoots? Roots = null)
{
    internal const long MaxFile = 64 * 1024;

    [JsonIgnore]
    internal NetworkDomain Domain => new(ChainId, MiningRegistry);

    /// <summary>The vendors' own roots in production; elsewhere those that the file names, and none where it names none.</summary>
    internal TrustRoots TrustRoots() =>
        Roots?.ToTrustRoots() ?? (Profile == "production" ? Ait.Attestation.TrustRoots.Production : new TrustRoots([]));

    internal static Deployment Load(string path) =>
        ConfigurationFile.Load(path, MaxFile, ConfigurationJson.Default.Deployment, "the deployment file that the deployment wrote");
}

/// <summary>One row of models.json.</summary>
internal sealed record ModelEntry(string Name, string Descriptor, Hash256 Digest, uint MicroComputeUnitsPerToken);

/// <summary>The models scheduled, by digest.</summary>
internal sealed class ModelTable
{
    private const long MaxFile = 16 * 1024 * 1024;

    private readonly Dictionary<Hash256, ModelEntry> _byDigest;

    internal ModelTable(IReadOnlyList<ModelEntry> models)
    {
        Models = models;
        _byDigest = models.ToDictionary(model => model.Digest);
    }

    internal IReadOnlyList<ModelEntry> Models { get; }

    internal ModelEntry? Find(Hash256 digest) => _byDigest.GetValueOrDefault(digest);

    internal static ModelTable Load(string path)
    {
        List<ModelEntry> models = ConfigurationFile.Load(path, MaxFile, ConfigurationJson.Default.ListModelEntry, "a models file as docs/operate.md describes it");
        List<string> faults = [];
        foreach (ModelEntry model in models)
        {
            if (!Hex.TryDecode(model.Descriptor, out _) || model.MicroComputeUnitsPerToken == 0)
            {
                faults.Add($"The model '{model.Name}' in {path} needs a hexadecimal descriptor and a microComputeUnitsPerToken above zero.");
            }
        }

        if (models.Select(model => model.Digest).Distinct().Count() != models.Count)
        {
            faults.Add($"The models file {path} has one digest twice; keep one entry a model.");
        }

        return faults.Count == 0 ? new ModelTable(models) : throw new StartupException(faults);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(List<ModelEntry>))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
