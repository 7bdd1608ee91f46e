using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Engine;
using Ait.Protocol;
using EmbeddingPooling = Ait.Protocol.EmbeddingPooling;

namespace Ait.Coordinator.Completing;

/// <summary>Reads OpenAI's requests for embeddings into workloads, as strictly as <see cref="CompletionReader"/>.</summary>
internal sealed class EmbeddingReader
{
    /// <summary>Each input is a task of its own.</summary>
    internal const int MaxInputs = 64;

    private readonly CompletionReader _models;

    public EmbeddingReader(CompletionReader models) => _models = models;

    /// <summary>Whether a body is one for embeddings, by its member <c>input</c>.</summary>
    internal static bool IsMeant(byte[]? body)
    {
        if (!CompletionReader.TryReadObject(body, out JsonDocument? document, out _))
        {
            return false;
        }

        using (document)
        {
            return document.RootElement.TryGetProperty("input", out _);
        }
    }

    internal bool TryRead(byte[]? body, [NotNullWhen(true)] out EmbeddingsRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestFields.TryRead(body, Read, out request, out error);

    private EmbeddingsRequest? Read(RequestFields fields)
    {
        if (!_models.TryFind(fields.Text("model"), out ModelText? model, out ApiError? unknown))
        {
            fields.Refuse(fields.Error ?? unknown);
            return null;
        }

        List<int[]> inputs = Inputs(fields, model);
        EmbeddingPooling pooling = Choice(fields, "pooling", "mean", "last") == "last" ? EmbeddingPooling.Last : EmbeddingPooling.Mean;
        bool isBase64 = Choice(fields, "encoding_format", "float", "base64") == "base64";
        int dimension = model.Descriptor.Config.Dimension;
        fields.Only("dimensions", $"this model's embeddings have {dimension} values, and fewer would be others.", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int asked) && asked == dimension);
        fields.Text("user");
        fields.RefuseUnknown();
        if (inputs.Select(input => Fault(input, model)).FirstOrDefault(fault => fault is not null) is ApiError unfit)
        {
            fields.Refuse(unfit);
        }

        return fields.Error is null
            ? new EmbeddingsRequest(model, [.. inputs.Select(input => new Workload(EngineVersion.Id, model.Entry.Digest, [.. input], pooling))], isBase64)
            : null;
    }

    private static ApiError? Fault(int[] input, ModelText model)
    {
        ModelConfig shape = model.Descriptor.Config;
        return input.Length > shape.MaxContext
            ? new ApiError(
                400, "invalid_request_error", "context_length_exceeded",
                $"This model's context is {shape.MaxContext} tokens; an input has {input.Length}. Shorten it.", "input")
            : CompletionReader.OutOfVocabulary(input, model) is int outside
                ? ApiError.Invalid("input", $"tokens below {shape.Vocabulary}", $"{outside}")
                : null;
    }

    private static string Choice(RequestFields fields, string name, string usual, string other)
    {
        string asked = fields.Text(name) ?? usual;
        if (asked != usual && asked != other)
        {
            fields.Refuse(ApiError.Invalid(name, $"{usual} or {other}", asked.Length > 60 ? "another text" : asked));
        }

        return asked;
    }

    /// <summary>A text, a list of tokens, or a list of either.</summary>
    private static List<int[]> Inputs(RequestFields fields, ModelText model)
    {
        if (fields.Raw("input") is not JsonElement input)
        {
            fields.Refuse(ApiError.Invalid("input", "text or tokens, or a list of them", "none"));
            return [];
        }

        bool isList = input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind is JsonValueKind.String or JsonValueKind.Array;
        JsonElement[] each = isList ? [.. input.EnumerateArray()] : [input];
        if (each.Length > MaxInputs)
        {
            fields.Refuse(ApiError.Invalid("input", $"at most {MaxInputs} inputs", $"{each.Length}"));
            return [];
        }

        List<int[]> read = [];
        foreach (JsonElement element in each)
        {
            if (Tokens(element, model) is not int[] tokens)
            {
                fields.Refuse(ApiError.Invalid("input", "text of at least a character, or tokens of 0 and more", RequestFields.Found(element)));
                return [];
            }

            read.Add(tokens);
        }

        return read;
    }

    private static int[]? Tokens(JsonElement element, ModelText model) => element.ValueKind != JsonValueKind.String ? RequestFields.Tokens(element)
        : element.GetString() is { Length: > 0 } text && model.TryPrompt(text, out int[]? encoded, out _) ? encoded
        : null;
}
