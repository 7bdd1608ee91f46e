using System.Text.Json.Serialization;
using Ait.Attestation;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Configuration;

/// <summary>Where the contracts are: deployment.json. The governor is the timelock, in which the AitGovernor proposes where there is one.</summary>
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
    DeploymentRoots? Roots = null,
    Address AitGovernor = default,
    Address NvidiaVerifier = default,
    Address DcapVerifier = default,
    Address ChallengeRegistry = default,
    Address CoordinatorBond = default,
    Address OperatorBond = default,
    Address AttendanceRegistry = default)
{
    internal const long MaxFile = 64 * 1024;

    /// <summary>Names for what proposals call.</summary>
    [JsonIgnore]
    internal CallNames Names => new(
    [
        ("MiningRegistry", MiningRegistry), ("DeviceRegistry", DeviceRegistry), ("ChallengeRegistry", ChallengeRegistry), ("AttendanceRegistry", AttendanceRegistry), ("CoordinatorBond", CoordinatorBond), ("OperatorBond", OperatorBond), ("CertificateCache", CertificateCache), ("SnpVerifier", SnpVerifier),
        ("NvidiaVerifier", NvidiaVerifier), ("DcapVerifier", DcapVerifier), ("AitGovernor", AitGovernor), ("TimelockController", Governor),
    ]);

    [JsonIgnore]
    internal NetworkDomain Domain => new(ChainId, MiningRegistry);

    /// <summary>The vendors' own roots in production; elsewhere those that the file names, and none where it names none.</summary>
    internal TrustRoots TrustRoots() =>
        Roots?.ToTrustRoots() ?? (Profile == "production" ? Ait.Attestation.TrustRoots.Production : new TrustRoots([]));

    internal static Deployment Load(string path) =>
        ConfigurationFile.Load(path, MaxFile, ConfigurationJson.Default.Deployment, "the deployment file that the deployment wrote");
}

/// <summary>One row of models.json.</summary>
/// <param name="Name">What buyers call it.</param>
/// <param name="Descriptor">Its descriptor in hexadecimal.</param>
/// <param name="Digest">SHA-256 of the descriptor.</param>
/// <param name="MicroComputeUnitsPerToken">Its benchmark entry.</param>
/// <param name="Artifact">The artifact whose tokenizer and chat template serve buyers, beside the models file; null for models of bytes.</param>
internal sealed record ModelEntry(string Name, string Descriptor, Hash256 Digest, uint MicroComputeUnitsPerToken, string? Artifact = null);

/// <summary>The models scheduled, by digest.</summary>
internal sealed class ModelTable
{
    private const long MaxFile = 16 * 1024 * 1024;

    private readonly Dictionary<Hash256, ModelEntry> _byDigest;

    private readonly IReadOnlyDictionary<Hash256, Tokenizer> _tokenizers;

    internal ModelTable(IReadOnlyList<ModelEntry> models, IReadOnlyDictionary<Hash256, Tokenizer>? tokenizers = null)
    {
        Models = models;
        _tokenizers = tokenizers ?? new Dictionary<Hash256, Tokenizer>();
        _byDigest = models.ToDictionary(model => model.Digest);
    }

    internal IReadOnlyList<ModelEntry> Models { get; }

    internal ModelEntry? Find(Hash256 digest) => _byDigest.GetValueOrDefault(digest);

    /// <summary>The tokenizer of the model's artifact, null if the table names none.</summary>
    internal Tokenizer? TokenizerOf(ModelEntry model) => _tokenizers.GetValueOrDefault(model.Digest);

    internal static ModelTable Load(string path)
    {
        List<ModelEntry> models = ConfigurationFile.Load(path, MaxFile, ConfigurationJson.Default.ListModelEntry, "a models file as docs/operate.md describes it");
        List<string> faults = [];
        var tokenizers = new Dictionary<Hash256, Tokenizer>();
        foreach (ModelEntry model in models)
        {
            if (model.Artifact is string artifact)
            {
                ReadTokenizer(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", artifact), model, tokenizers, faults);
            }

            if (!Hex.TryDecode(model.Descriptor, out _) || model.MicroComputeUnitsPerToken == 0)
            {
                faults.Add($"The model '{model.Name}' in {path} needs a hexadecimal descriptor and a microComputeUnitsPerToken above zero.");
            }
        }

        if (models.Select(model => model.Digest).Distinct().Count() != models.Count)
        {
            faults.Add($"The models file {path} has one digest twice; keep one entry a model.");
        }

        return faults.Count == 0 ? new ModelTable(models, tokenizers) : throw new StartupException(faults);
    }

    private static void ReadTokenizer(string path, ModelEntry model, Dictionary<Hash256, Tokenizer> tokenizers, List<string> faults)
    {
        if (!ModelArtifact.TryReadTokenizer(path, out ModelDescriptor? descriptor, out Tokenizer? tokenizer, out EngineRefusal? refusal))
        {
            faults.Add($"The artifact {path} of the model '{model.Name}' is refused: {refusal}.");
        }
        else if (!descriptor.Digest.ToBytes().AsSpan().SequenceEqual(model.Digest.ToArray()))
        {
            faults.Add($"The artifact {path} holds the model {descriptor.Digest}, the model '{model.Name}' is {model.Digest}. Name its own artifact.");
        }
        else if (tokenizer.EndTokens.Length > Workload.MaxStopTokens)
        {
            faults.Add($"The model '{model.Name}' has {tokenizer.EndTokens.Length} tokens that end an answer, a workload at most {Workload.MaxStopTokens}. Leave its artifact out of the models file.");
        }
        else
        {
            tokenizers[model.Digest] = tokenizer;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(ExchangeFile))]
[JsonSerializable(typeof(List<ModelEntry>))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
