using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Chain;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using EmbeddingPooling = Ait.Protocol.EmbeddingPooling;
using SamplingParameters = Ait.Protocol.SamplingParameters;

namespace Ait.Cli.Asking;

/// <summary>Makes a workload of what a person gives: a prompt, or a JSON file with a prompt and how to sample.</summary>
internal static class WorkloadText
{
    internal const int StandardNewTokens = 32;
    private const int MostFileBytes = 1024 * 1024;
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter<EmbeddingPooling>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    internal static Workload OfPrompt(string prompt, int maxNewTokens, ModelResponse model) =>
        Build(new Asked(prompt, maxNewTokens), model);

    /// <summary>A file's workload where the text names a JSON file, else the text as a prompt.</summary>
    internal static Workload Of(string text, int maxNewTokens, ModelResponse model)
    {
        if (!text.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return OfPrompt(text, maxNewTokens, model);
        }

        var file = new FileInfo(text);
        if (!file.Exists || file.Length > MostFileBytes)
        {
            throw new SurroundingsException($"the workload file {text} {(file.Exists ? $"is larger than {MostFileBytes} bytes" : "does not exist")}. Name a JSON file with a prompt, or give the prompt itself.");
        }

        try
        {
            return Build(JsonSerializer.Deserialize<Asked>(File.ReadAllText(text), s_options) ?? throw new JsonException("null"), model);
        }
        catch (JsonException fault)
        {
            throw new SurroundingsException(
                $"the workload file {text} is not understood: {fault.Message} It holds prompt, and optionally maxNewTokens, temperatureMilli, topK, topPPpm and seed; or pooling, \"mean\" or \"last\", for the embedding of the prompt.", fault);
        }
    }

    private static Workload Build(Asked asked, ModelResponse model)
    {
        if (string.IsNullOrEmpty(asked.Prompt))
        {
            throw new SurroundingsException("the prompt is empty. Give some text to continue.");
        }

        if (!Hex.TryDecode(model.Descriptor, out byte[]? bytes) || !ModelDescriptor.TryParse(bytes, out ModelDescriptor? descriptor, out _))
        {
            throw new SurroundingsException($"the descriptor of {model.Name} is not understood. Check that the coordinator is of this version.");
        }

        if (!descriptor.HasByteTokens)
        {
            throw new SurroundingsException($"{model.Name} has a tokenizer of its own, which only its artifact holds. Ask it by the API, which knows it: `ait key deposit`, then `ait ask --model {model.Name}`.");
        }

        try
        {
            ImmutableArray<int> prompt = [.. ByteTokenizer.Encode(asked.Prompt)];
            if (asked.Pooling is { } pooling)
            {
                return new Workload(EngineVersion.Id, model.Digest, prompt, pooling);
            }

            return new Workload(
                WorkloadType.Inference,
                EngineVersion.Id,
                model.Digest,
                prompt,
                asked.MaxNewTokens,
                new SamplingParameters(asked.TemperatureMilli, asked.TopK, asked.TopPPpm),
                asked.Seed,
                ImmutableArray.Create(ByteTokenizer.EndOfSequence));
        }
        catch (ArgumentException fault)
        {
            throw new SurroundingsException($"the workload cannot be made: {fault.Message}", fault);
        }
    }

    private sealed record Asked(string Prompt, int MaxNewTokens = StandardNewTokens, uint TemperatureMilli = 0, uint TopK = 0, uint TopPPpm = 0, ulong Seed = 0, EmbeddingPooling? Pooling = null);
}
