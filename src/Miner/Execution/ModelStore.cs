using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Submission;
using Ait.Protocol.Http;

namespace Ait.Miner.Execution;

/// <summary>
/// Models by digest: the descriptor comes from the coordinator and is believed only if its digest is the one asked for. Weights
/// are drawn from the descriptor's seed, or read from an artifact of that digest in the models folder, and stay in memory.
/// </summary>
internal sealed class ModelStore : IDisposable
{
    /// <summary>Models kept; beyond it the one used longest ago goes.</summary>
    public const int Capacity = 4;

    private readonly PublicCoordinator _coordinator;
    private readonly PatientCoordinator _patience;
    private readonly SemaphoreSlim _lock = new(1, 1);
    private readonly string? _folder;
    private readonly List<Model> _newestLast = [];

    public ModelStore(PublicCoordinator coordinator, PatientCoordinator patience, string? folder)
    {
        _folder = folder;
        _coordinator = coordinator;
        _patience = patience;
    }

    public async Task<ModelOutcome> GetAsync(Hash256 digest, CancellationToken cancellation)
    {
        await _lock.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Model? kept = _newestLast.Find(model => DigestOf(model.Descriptor) == digest);
            if (kept is not null)
            {
                _newestLast.Remove(kept);
                _newestLast.Add(kept);
                return new ModelOutcome.Ready(kept);
            }

            ModelOutcome outcome = await FetchAsync(digest, cancellation).ConfigureAwait(false);
            if (outcome is ModelOutcome.Ready ready)
            {
                if (_newestLast.Count == Capacity)
                {
                    _newestLast.RemoveAt(0);
                }

                _newestLast.Add(ready.Model);
            }

            return outcome;
        }
        finally
        {
            _lock.Release();
        }
    }

    public void Dispose() => _lock.Dispose();

    private static Hash256 DigestOf(ModelDescriptor descriptor) => new(descriptor.Digest.ToBytes());

    private async Task<ModelOutcome> FetchAsync(Hash256 digest, CancellationToken cancellation)
    {
        Reply<ModelsResponse> reply = await _patience.AskAsync(_coordinator.GetModelsAsync, cancellation).ConfigureAwait(false);
        if (reply is not Reply<ModelsResponse>.Answered { Value: ModelsResponse models })
        {
            return new ModelOutcome.Unavailable($"The coordinator does not list its models: {reply}", "Check --coordinator.");
        }

        ModelResponse? offered = models.Models.FirstOrDefault(model => model.Digest == digest);
        if (offered is null)
        {
            return new ModelOutcome.Unavailable($"The coordinator offers no model {digest}.", "Its models file must list the model of each workload it queues.");
        }

        if (!Hex.TryDecode(offered.Descriptor, out byte[]? bytes))
        {
            return new ModelOutcome.Unavailable($"The descriptor of model {digest} is not hex.", "The coordinator's models file is wrong.");
        }

        if (!ModelDescriptor.TryParse(bytes, out ModelDescriptor? descriptor, out EngineRefusal? refusal))
        {
            return new ModelOutcome.Unavailable($"The descriptor of model {digest} is refused: {refusal}.", "Run the engine version that the coordinator's models are made for.");
        }

        if (DigestOf(descriptor) != digest)
        {
            return new ModelOutcome.Unavailable($"The coordinator offers another model under digest {digest}: found {DigestOf(descriptor)}.", "The coordinator's models file is wrong.");
        }

        if (descriptor.IsStored)
        {
            return await Task.Run(() => Load(descriptor, cancellation), cancellation).ConfigureAwait(false);
        }

        Model? model = null;
        bool created = await Task.Run(() => Model.TryCreate(descriptor, EngineLimits.DefaultMaxParameters, out model, out refusal), cancellation).ConfigureAwait(false);
        return created && model is not null
            ? new ModelOutcome.Ready(model)
            : new ModelOutcome.Unavailable($"Model {digest} cannot be held: {refusal}.", "Use a device with more memory.");
    }

    private ModelOutcome Load(ModelDescriptor wanted, CancellationToken cancellation)
    {
        if (_folder is null || !Directory.Exists(_folder))
        {
            return new ModelOutcome.Unavailable(
                $"The weights of model {DigestOf(wanted)} are stored, and there is no folder of models.", "Name one with --models and put the model's artifact there.");
        }

        foreach (string path in Directory.EnumerateFiles(_folder, "*.ait").Order(StringComparer.Ordinal))
        {
            // A file that is no artifact may lie there; one that says it is this model has to be it.
            if (!ModelArtifact.TryRead(path, out ModelDescriptor? found, out _) || !found.Equals(wanted))
            {
                continue;
            }

            return ModelArtifact.TryOpen(path, cancellation, out Model? model, out EngineRefusal? refusal)
                ? new ModelOutcome.Ready(model)
                : new ModelOutcome.Unavailable($"The artifact {path} of model {DigestOf(wanted)} is refused: {refusal}.", "Import or fetch it again.");
        }

        return new ModelOutcome.Unavailable($"No artifact in {_folder} is model {DigestOf(wanted)}.", "Put the model's artifact there.");
    }
}
