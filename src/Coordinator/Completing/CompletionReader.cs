using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Configuration;
using Ait.Engine;
using Ait.Protocol;
using SamplingParameters = Ait.Protocol.SamplingParameters;

namespace Ait.Coordinator.Completing;

/// <summary>Reads OpenAI's requests into workloads. Everything that is taken is honoured; what cannot be is refused by name.</summary>
internal sealed class CompletionReader
{
    private const int ChatTokens = 256;
    private const int TextTokens = 16;
    private const int MaxStops = 4;
    private const int MaxStopLength = 256;
    private const int MaxMessages = 2048;
    private const double HighestTemperature = 2;

    /// <summary>JavaScript's numbers are whole below this, so a drawn seed survives being sent back.</summary>
    private const ulong SeedBound = 1UL << 53;

    private static readonly string[] s_roles = ["system", "developer", "user", "assistant"];

    private readonly Dictionary<string, ModelEntry> _entries;
    private readonly Dictionary<string, ModelText> _models;

    public CompletionReader(ModelTable models)
    {
        _entries = models.Models.DistinctBy(model => model.Name).ToDictionary(model => model.Name);
        _models = _entries.Values.Select(entry => ModelText.Of(entry, models.TokenizerOf(entry))).OfType<ModelText>().ToDictionary(model => model.Entry.Name);
    }

    /// <summary>Reads a request; <paramref name="isChat"/> of null takes either kind, by whether it has messages.</summary>
    internal bool TryRead(byte[]? body, bool? isChat, [NotNullWhen(true)] out CompletionRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestFields.TryRead(body, fields => Read(fields, isChat ?? fields.Has("messages")), out request, out error);

    /// <summary>The body as a JSON object.</summary>
    internal static bool TryReadObject(byte[]? body, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out ApiError? error)
    {
        document = null;
        error = body is null
            ? new ApiError(413, "invalid_request_error", "request_too_large", $"The body is larger than {RequestAdmission.MaxBody} bytes. Send a shorter prompt.")
            : null;
        if (body is null)
        {
            error ??= Malformed("nothing");
            return false;
        }

        try
        {
            ReadTexts(body);
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            error = Malformed(fault.Message);
            return false;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            error = null;
            return true;
        }

        document.Dispose();
        document = null;
        error = Malformed("another kind of value");
        return false;
    }

    /// <summary>The model of this name, or the error that says there is none.</summary>
    internal bool TryFind(string? name, [NotNullWhen(true)] out ModelText? model, [NotNullWhen(false)] out ApiError? error)
    {
        model = name is null ? null : _models.GetValueOrDefault(name);
        error = model is not null ? null
            : name is null ? ApiError.Invalid("model", "the id of a model of GET /v1/models", "none")
            : _entries.ContainsKey(name)
                ? new ApiError(404, "invalid_request_error", "model_not_found", $"This coordinator has no tokenizer for the model '{name}'. Send its tokens as a workload (POST /v1/workloads).", "model")
                : new ApiError(404, "invalid_request_error", "model_not_found", "The model does not exist here. GET /v1/models lists those that do.", "model");
        return model is not null;
    }

    // A name or text that is no Unicode is found only when it is read.
    private static void ReadTexts(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
        }
    }

    private static ApiError Malformed(string found) =>
        new(400, "invalid_request_error", "invalid_json", $"The body is not a JSON object of the documented form: {found}.");

    private CompletionRequest? Read(RequestFields fields, bool isChat)
    {
        if (!TryFind(fields.Text("model"), out ModelText? model, out ApiError? unknown))
        {
            fields.Refuse(fields.Error ?? unknown);
            return null;
        }

        int[] prompt = isChat ? Conversation(fields, model) : Prompt(fields, model);
        ImmutableArray<string> stops = Stops(fields);
        SamplingParameters sampling = Sampling(fields);
        ulong seed = Seed(fields, sampling);
        int limit = model.Descriptor.Config.MaxContext;
        long? asked = fields.Whole(isChat ? "max_completion_tokens" : "max_tokens", 1, limit);
        asked ??= isChat ? fields.Whole("max_tokens", 1, limit) : null;
        if (isChat)
        {
            fields.Raw("max_tokens"); // The older name of the other, which wins.
        }

        bool isStream = fields.Flag("stream");
        bool includesUsage = StreamOptions(fields);
        RefuseWhatCannotBeHonoured(fields, isChat);
        if (fields.Error is not null)
        {
            return null;
        }

        long room = limit - prompt.Length;
        if (room < 1 || asked > room)
        {
            fields.Refuse(new ApiError(
                400, "invalid_request_error", "context_length_exceeded",
                $"This model's context is {limit} tokens; the prompt has {prompt.Length} and the answer may have {asked?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "at least 1"}. Shorten the prompt or the answer.",
                isChat ? "messages" : "prompt"));
            return null;
        }

        int most = (int)(asked ?? Math.Min(room, isChat ? ChatTokens : TextTokens));
        int[] stopTokens = [.. model.StopTokens.Concat(stops.Select(model.StopToken).OfType<int>()).Distinct().Take(Workload.MaxStopTokens).Order()];
        if (OutOfVocabulary(prompt, model) is int token)
        {
            fields.Refuse(ApiError.Invalid("prompt", $"tokens below {model.Descriptor.Config.Vocabulary}", $"{token}"));
            return null;
        }

        var workload = new Workload(
            WorkloadType.Inference, EngineVersion.Id, model.Entry.Digest, [.. prompt], most, sampling, seed, [.. stopTokens]);
        return new CompletionRequest(model, workload, stops, isChat, isStream, includesUsage);
    }

    /// <summary>A token that the model does not have; null if it has them all.</summary>
    internal static int? OutOfVocabulary(int[] prompt, ModelText model)
    {
        foreach (int token in prompt)
        {
            if (token >= model.Descriptor.Config.Vocabulary)
            {
                return token;
            }
        }

        return null;
    }

    private static int[] Conversation(RequestFields fields, ModelText model)
    {
        if (fields.Raw("messages") is not JsonElement { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() is < 1 or > MaxMessages)
        {
            fields.Refuse(ApiError.Invalid("messages", $"1 to {MaxMessages} messages", "none, or too many"));
            return [];
        }

        List<(string Role, string Content)> messages = [];
        int index = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            string at = $"messages[{index++}]";
            if (element.ValueKind != JsonValueKind.Object)
            {
                fields.Refuse(ApiError.Invalid(at, "an object with role and content", RequestFields.Found(element)));
                return [];
            }

            var message = new RequestFields(element);
            string? role = message.Text("role");
            string? content = Content(message, at, fields);
            message.Only("name", "names of speakers are not part of the prompt here.", _ => false);
            message.Only("refusal", "refusals are not part of the prompt here.", _ => false);
            message.Only("tool_calls", "tools are not run here.", IsEmptyArray);
            message.Only("function_call", "functions are not run here.", _ => false);
            message.Only("audio", "only text is read here.", _ => false);
            message.RefuseUnknown();
            if (message.Error is ApiError fault)
            {
                fields.Refuse(fault with { Parameter = $"{at}.{fault.Parameter}", Message = $"{at}.{fault.Message}" });
                return [];
            }

            if (role is null || !s_roles.Contains(role))
            {
                fields.Refuse(ApiError.Invalid(at + ".role", string.Join(", ", s_roles), role ?? "none"));
                return [];
            }

            if (content is null)
            {
                fields.Refuse(ApiError.Invalid(at + ".content", "text", "none"));
                return [];
            }

            messages.Add((role, content));
        }

        return model.TryPrompt(messages, out int[]? tokens, out EngineRefusal? unfit) ? tokens : Unfit(fields, "messages", unfit);
    }

    /// <summary>Text, or a list of parts that are text.</summary>
    private static string? Content(RequestFields message, string at, RequestFields fields)
    {
        if (message.Raw("content") is not JsonElement content)
        {
            return null;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString();
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            fields.Refuse(ApiError.Invalid(at + ".content", "text or parts of text", RequestFields.Found(content)));
            return null;
        }

        List<string> parts = [];
        foreach (JsonElement part in content.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object
                || !part.TryGetProperty("type", out JsonElement type) || type.ValueKind != JsonValueKind.String || type.GetString() != "text"
                || !part.TryGetProperty("text", out JsonElement text) || text.ValueKind != JsonValueKind.String)
            {
                fields.Refuse(ApiError.Unsupported(at + ".content", $"{at}.content: only parts of type text are read here, found {RequestFields.Found(part)}."));
                return null;
            }

            parts.Add(text.GetString()!); // A JSON string has a value.
        }

        return string.Concat(parts);
    }

    /// <summary>Text, a list of one text, or a list of tokens.</summary>
    private static int[] Prompt(RequestFields fields, ModelText model)
    {
        if (fields.Raw("prompt") is not JsonElement prompt)
        {
            fields.Refuse(ApiError.Invalid("prompt", "text or tokens", "none"));
            return [];
        }

        if (prompt.ValueKind == JsonValueKind.Array)
        {
            JsonElement[] items = [.. prompt.EnumerateArray()];
            if (items is [{ ValueKind: JsonValueKind.String or JsonValueKind.Array } only])
            {
                prompt = only;
            }
            else if (items.Length > 1 && items[0].ValueKind is JsonValueKind.String or JsonValueKind.Array)
            {
                fields.Refuse(ApiError.Unsupported("prompt", "prompt: one prompt a request is answered here. Send one request for each."));
                return [];
            }

            if (prompt.ValueKind == JsonValueKind.Array)
            {
                if (RequestFields.Tokens(prompt) is int[] given)
                {
                    return given;
                }

                fields.Refuse(ApiError.Invalid("prompt", "tokens of 0 and more", RequestFields.Found(prompt)));
                return [];
            }
        }

        if (prompt.ValueKind == JsonValueKind.String)
        {
            return model.TryPrompt(prompt.GetString()!, out int[]? tokens, out EngineRefusal? unfit) ? tokens : Unfit(fields, "prompt", unfit); // A JSON string has a value.
        }

        fields.Refuse(ApiError.Invalid("prompt", "text or tokens", RequestFields.Found(prompt)));
        return [];
    }

    private static int[] Unfit(RequestFields fields, string parameter, EngineRefusal refusal)
    {
        fields.Refuse(ApiError.Invalid(parameter, $"{refusal.What}: {refusal.Expected}", refusal.Found));
        return [];
    }

    private static ImmutableArray<string> Stops(RequestFields fields)
    {
        if (fields.Raw("stop") is not JsonElement stop)
        {
            return [];
        }

        JsonElement[] items = stop.ValueKind == JsonValueKind.Array ? [.. stop.EnumerateArray()] : [stop];
        if (items.Length <= MaxStops && items.All(item => item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 and <= MaxStopLength }))
        {
            return [.. items.Select(item => item.GetString()!)]; // Just looked at.
        }

        fields.Refuse(ApiError.Invalid("stop", $"at most {MaxStops} texts of 1 to {MaxStopLength} characters", RequestFields.Found(stop)));
        return [];
    }

    /// <summary>Temperature to thousandths, top_p to millionths, never rounded to what means something else.</summary>
    private static SamplingParameters Sampling(RequestFields fields)
    {
        double temperature = fields.Number("temperature", 0, HighestTemperature) ?? 1;
        double topP = fields.Number("top_p", 0, 1) ?? 1;
        long topK = fields.Whole("top_k", 0, int.MaxValue) ?? 0;
        return temperature == 0
            ? SamplingParameters.Greedy
            : new SamplingParameters(
                (uint)Math.Max(1, Math.Round(temperature * 1000)), (uint)topK, topP == 1 ? 0 : (uint)Math.Max(1, Math.Round(topP * 1_000_000)));
    }

    private static ulong Seed(RequestFields fields, SamplingParameters sampling)
    {
        long? asked = fields.Whole("seed", long.MinValue, long.MaxValue);
        return sampling == SamplingParameters.Greedy ? 0
            : asked is long seed ? unchecked((ulong)seed)
            : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) % SeedBound;
    }

    private static bool StreamOptions(RequestFields fields)
    {
        if (fields.Raw("stream_options") is not JsonElement options)
        {
            return false;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            fields.Refuse(ApiError.Invalid("stream_options", "an object", RequestFields.Found(options)));
            return false;
        }

        var inner = new RequestFields(options);
        bool includesUsage = inner.Flag("include_usage");
        inner.Only("include_obfuscation", "the stream is not padded here.", value => value.ValueKind == JsonValueKind.False);
        inner.RefuseUnknown();
        if (inner.Error is ApiError fault)
        {
            fields.Refuse(fault with { Parameter = $"stream_options.{fault.Parameter}" });
        }

        return includesUsage;
    }

    private static void RefuseWhatCannotBeHonoured(RequestFields fields, bool isChat)
    {
        fields.Only("n", "one answer a request is made here.", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int n) && n == 1);
        fields.Only("frequency_penalty", "the exact sampler has no penalties.", IsZero);
        fields.Only("presence_penalty", "the exact sampler has no penalties.", IsZero);
        fields.Only("logit_bias", "the exact sampler has no biases.", value => value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());
        fields.Only("logprobs", "probabilities are not part of the agreed result.", value => value.ValueKind == JsonValueKind.False || IsZero(value));

        // Who the caller's own user is has no effect on an answer anywhere; it is neither kept nor logged.
        fields.Text("user");
        if (!isChat)
        {
            fields.Only("suffix", "models here continue a prompt, they do not fill gaps.", _ => false);
            fields.Only("echo", "the prompt is not repeated here.", value => value.ValueKind == JsonValueKind.False);
            fields.Only("best_of", "one answer a request is made here.", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int n) && n == 1);
            fields.RefuseUnknown();
            return;
        }

        fields.Text("safety_identifier");
        fields.Only("top_logprobs", "probabilities are not part of the agreed result.", IsZero);
        fields.Only("tools", "tools are not run here.", IsEmptyArray);
        fields.Only("tool_choice", "tools are not run here.", value => value.ValueKind == JsonValueKind.String && value.GetString() == "none");
        fields.Only("parallel_tool_calls", "tools are not run here.", value => value.ValueKind == JsonValueKind.False);
        fields.Only("functions", "functions are not run here.", IsEmptyArray);
        fields.Only("function_call", "functions are not run here.", value => value.ValueKind == JsonValueKind.String && value.GetString() == "none");
        fields.Only("response_format", "answers are text here.", value => value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() == "text");
        fields.Only("modalities", "answers are text here.", value => value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.GetString() == "text"));
        fields.Only("audio", "answers are text here.", _ => false);
        fields.Only("prediction", "predictions do not speed up an exact run.", _ => false);
        fields.Only("reasoning_effort", "models here do not reason apart from their answer.", value => value.ValueKind == JsonValueKind.String && value.GetString() == "none");
        fields.Only("verbosity", "ask for it in the prompt.", _ => false);
        fields.Only("web_search_options", "nothing is searched here.", _ => false);
        fields.Only("store", "nothing is stored here beyond the task itself.", value => value.ValueKind == JsonValueKind.False);
        fields.Only("metadata", "nothing is stored here beyond the task itself.", value => value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());
        fields.Only("service_tier", "there is one tier.", value => value.ValueKind == JsonValueKind.String && value.GetString() is "auto" or "default");
        fields.Only("prompt_cache_key", "prompts are not cached for buyers.", _ => false);
        fields.RefuseUnknown();
    }

    private static bool IsZero(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 0;

    private static bool IsEmptyArray(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;
}
