using System.Security.Cryptography;
using Ait.Chain;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using SamplingParameters = Ait.Engine.SamplingParameters;

namespace Ait.Cli.Asking;

/// <summary>Runs workloads before they are queued, on the exact engine, so that their results are known: every honest seat hands in the same.</summary>
internal static class CanaryAnswers
{
    /// <summary>Results of some of the workloads, drawn by lot; null for the others.</summary>
    internal static IReadOnlyList<Hash256?> Of(
        Model model, IReadOnlyList<Workload> workloads, int count, EngineOptions options, Action<int> progress, CancellationToken cancellation)
    {
        int[] order = [.. Enumerable.Range(0, workloads.Count)];
        RandomNumberGenerator.Shuffle(order.AsSpan());
        var answers = new Hash256?[workloads.Count];
        for (int done = 0; done < count; done++)
        {
            answers[order[done]] = new Hash256(Generator.Run(model, RequestOf(workloads[order[done]]), options, cancellation).ResultHash.ToBytes());
            progress(done + 1);
        }

        return answers;
    }

    /// <summary>The model that a coordinator schedules, from its descriptor's seed or from an artifact.</summary>
    internal static Model Open(ModelResponse response, string? artifact, CancellationToken cancellation)
    {
        if (!Hex.TryDecode(response.Descriptor, out byte[]? bytes) || !ModelDescriptor.TryParse(bytes, out ModelDescriptor? descriptor, out _))
        {
            throw new SurroundingsException($"the descriptor of {response.Name} is not understood. Check that the coordinator is of this version.");
        }

        if (!descriptor.IsStored)
        {
            return Model.Create(descriptor);
        }

        string path = artifact ?? Installation.DemoModel;
        if (!ModelArtifact.TryOpen(path, cancellation, out Model? model, out EngineRefusal? refusal))
        {
            throw new SurroundingsException($"the artifact {path} is refused: {refusal}. Name the artifact of {response.Name} with --artifact.");
        }

        return model.Descriptor.Digest == descriptor.Digest
            ? model
            : throw new SurroundingsException($"the artifact {path} holds the model {model.Descriptor.Digest}, {response.Name} is {descriptor.Digest}. Name its own with --artifact.");
    }

    // Workloads of a prompt are greedy: nothing is sampled.
    private static GenerationRequest RequestOf(Workload workload) =>
        new(workload.Prompt.AsSpan(), workload.MaxNewTokens, SamplingParameters.Greedy, workload.Seed, workload.StopTokens.AsSpan());
}
