using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Ait.Chain;
using Ait.Coordinator.Completing;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tuning;

/// <summary>Reads OpenAI's requests for fine-tuning into recipes, as strictly as <see cref="CompletionReader"/>.</summary>
internal sealed class TuningReader
{
    /// <summary>What a learning rate multiplier multiplies.</summary>
    internal const float UsualRate = 1e-3f;

    /// <summary>What the name of training data begins with; its digest follows.</summary>
    internal const string FilePrefix = "file-";

    private const int UsualBatch = 8;
    private const int UsualLength = 64;
    private const int UsualRank = 16;
    private const float UsualScale = 2f;
    private const int UsualSteps = 100;
    private const int UsualChunk = 8;
    private const int MaxSuffix = 64;
    private const int MaxNotes = 16;
    private const int MaxNoteName = 64;
    private const int MaxNote = 512;

    private readonly CompletionReader _models;
    private readonly CoordinatorOptions _options;

    public TuningReader(CompletionReader models, CoordinatorOptions options)
    {
        _models = models;
        _options = options;
    }

    internal bool TryRead(byte[]? body, [NotNullWhen(true)] out TuningRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestFields.TryRead(body, Read, out request, out error);

    /// <summary>The name of training data for buyers.</summary>
    internal static string FileOf(Digest data) => FilePrefix + data;

    private TuningRequest? Read(RequestFields fields)
    {
        if (!_models.TryFind(fields.Text("model"), out ModelText? model, out ApiError? unknown))
        {
            fields.Refuse(fields.Error ?? unknown);
            return null;
        }

        Digest? data = Data(fields);
        string? suffix = fields.Text("suffix");
        if (suffix?.Length is 0 or > MaxSuffix)
        {
            fields.Refuse(ApiError.Invalid("suffix", $"1 to {MaxSuffix} characters", $"{suffix.Length}"));
        }

        long? seed = fields.Whole("seed", 0, long.MaxValue);
        string metadata = Metadata(fields);
        fields.Only("validation_file", "nothing is held back for validation here; losses are those of training.", _ => false);
        fields.Only("integrations", "nothing is reported elsewhere.", value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);
        (string place, RequestFields numbers) = Numbers(fields);
        TuningRequest? request = data is null ? null : Numbered(numbers, model, data.Value, seed, suffix, metadata);
        numbers.RefuseUnknown();
        if (numbers.Error is ApiError fault && numbers != fields)
        {
            fields.Refuse(fault with { Parameter = $"{place}.{fault.Parameter}" });
        }

        fields.RefuseUnknown();
        return request;
    }

    private TuningRequest? Numbered(RequestFields numbers, ModelText model, Digest data, long? seed, string? suffix, string metadata)
    {
        numbers.Only(
            "n_epochs", "the coordinator does not hold the data, so it cannot count its passes; name steps.",
            value => value.ValueKind == JsonValueKind.String && value.GetString() == "auto");
        int steps = (int)(Whole(numbers, "steps", 2, EngineLimits.MaxTrainingSteps) ?? UsualSteps);
        int length = (int)(Whole(numbers, "sequence_length", EngineLimits.Granule, EngineLimits.MaxTrainingLength) ?? Math.Min(UsualLength, model.Descriptor.Config.MaxContext));
        int batch = (int)(Whole(numbers, "batch_size", 1, EngineLimits.MaxTrainingBatch) ?? UsualBatch);
        int chunk = (int)(Whole(numbers, "checkpoint_steps", 1, EngineLimits.MaxChunkSteps) ?? UsualChunk);
        int warmup = (int)(Whole(numbers, "warmup_steps", 1, EngineLimits.MaxTrainingSteps) ?? Math.Max(1, steps / 10));
        int rank = (int)(Whole(numbers, "rank", EngineLimits.Granule, EngineLimits.MaxAdapterRank) ?? UsualRank);
        double scale = Real(numbers, "adapter_scale", 1.0 / 1024, 1024) ?? UsualScale;
        double multiplier = Real(numbers, "learning_rate_multiplier", 1e-6, 1000) ?? 1;
        if (numbers.Error is not null)
        {
            return null;
        }

        var recipe = new TrainingRecipe
        {
            Shape = model.Descriptor.Config,
            Base = new Digest(model.Entry.Digest.ToArray()),
            Method = TrainingMethod.Adapter,
            Rank = rank,
            AdapterScale = (float)scale,
            Data = data,
            SequenceLength = length,
            Batch = batch,
            Steps = steps,
            WarmupSteps = warmup,
            LearningRate = (float)(multiplier * UsualRate),
            Seed = (ulong?)seed ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
        };
        if (recipe.Check() is EngineRefusal refusal)
        {
            numbers.Refuse(new ApiError(400, "invalid_request_error", "invalid_value", $"The run is not one that the engine trains: {refusal}.", ParameterOf(refusal.What)));
            return null;
        }

        if ((long)batch * length > TrainingTerms.MaxTokensPerStep)
        {
            numbers.Refuse(ApiError.Invalid("batch_size", $"at most {TrainingTerms.MaxTokensPerStep} tokens a step", $"{(long)batch * length}"));
            return null;
        }

        long space = Math.Min(_options.CheckpointSpace, CheckpointResponse.MaxLength);
        if (recipe.CheckpointLength > space)
        {
            numbers.Refuse(ApiError.Invalid("rank", $"checkpoints of at most {space} bytes, which is what this coordinator keeps", $"{recipe.CheckpointLength} bytes"));
            return null;
        }

        return new TuningRequest(model, recipe, Math.Min(chunk, steps), suffix, metadata);
    }

    /// <summary>Where the hyperparameters are: of the method, or beside it, as older clients send them. The members of neither if there are none.</summary>
    private static (string Place, RequestFields Numbers) Numbers(RequestFields fields)
    {
        JsonElement? beside = Object(fields, "hyperparameters");
        JsonElement? method = Object(fields, "method");
        if (method is not JsonElement found)
        {
            return ("hyperparameters", Of(beside));
        }

        var inner = new RequestFields(found);
        inner.Only("type", "adapters are trained by example here.", value => value.ValueKind == JsonValueKind.String && value.GetString() == "supervised");
        JsonElement? supervised = Object(inner, "supervised");
        inner.RefuseUnknown();
        RequestFields examples = Of(supervised);
        JsonElement? within = Object(examples, "hyperparameters");
        examples.RefuseUnknown();
        if ((inner.Error ?? examples.Error) is ApiError fault)
        {
            fields.Refuse(fault with { Parameter = $"method.{fault.Parameter}" });
        }

        if (beside is not null && within is not null)
        {
            fields.Refuse(ApiError.Invalid("hyperparameters", "them in the method alone", "them twice"));
        }

        return within is null ? ("hyperparameters", Of(beside)) : ("method.supervised.hyperparameters", Of(within));
    }

    private static RequestFields Of(JsonElement? element)
    {
        using JsonDocument none = JsonDocument.Parse("{}");
        return new RequestFields(element ?? none.RootElement.Clone());
    }

    private static JsonElement? Object(RequestFields fields, string name)
    {
        if (fields.Raw(name) is not JsonElement value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return value;
        }

        fields.Refuse(ApiError.Invalid(name, "an object", RequestFields.Found(value)));
        return null;
    }

    private static Digest? Data(RequestFields fields)
    {
        string? file = fields.Text("training_file");
        if (file is not null && file.StartsWith(FilePrefix, StringComparison.Ordinal) && Hash256.TryParse("0x" + file[FilePrefix.Length..], out Hash256 digest))
        {
            return new Digest(digest.ToArray());
        }

        fields.Refuse(ApiError.Invalid("training_file", $"{FilePrefix} and the digest of training data, 64 hexadecimal digits", file is null ? "none" : file.Length > 80 ? "another text" : file));
        return null;
    }

    private static string Metadata(RequestFields fields)
    {
        if (Object(fields, "metadata") is not JsonElement notes)
        {
            return "{}";
        }

        JsonProperty[] each = [.. notes.EnumerateObject()];
        if (each.Length <= MaxNotes && Array.TrueForAll(each, note => note.Name.Length <= MaxNoteName && note.Value.ValueKind == JsonValueKind.String && note.Value.GetString()!.Length <= MaxNote)) // A text.
        {
            return notes.GetRawText();
        }

        fields.Refuse(ApiError.Invalid("metadata", $"at most {MaxNotes} texts of at most {MaxNote} characters, with names of at most {MaxNoteName}", RequestFields.Found(notes)));
        return "{}";
    }

    private static long? Whole(RequestFields fields, string name, long least, long most) => IsAuto(fields, name) ? null : fields.Whole(name, least, most);

    private static double? Real(RequestFields fields, string name, double least, double most) => IsAuto(fields, name) ? null : fields.Number(name, least, most);

    private static bool IsAuto(RequestFields fields, string name) => fields.Raw(name) is { ValueKind: JsonValueKind.String } text && text.GetString() == "auto";

    /// <summary>The request's name of what the engine refuses.</summary>
    private static string? ParameterOf(string subject) => subject switch
    {
        "sequence length" => "sequence_length",
        "warm-up steps" => "warmup_steps",
        "learning rate" => "learning_rate_multiplier",
        "rank" or "steps" => subject,
        _ => null,
    };
}
