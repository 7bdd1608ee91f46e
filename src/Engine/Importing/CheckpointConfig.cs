using System.Text.Json;

namespace Ait.Engine.Importing;

/// <summary>What config.json says of a model of the Llama, Mistral, Qwen2 or Qwen3 class. What is not computed is refused.</summary>
/// <param name="ModelType">The class, as the file calls it.</param>
/// <param name="Shape">The shape, with the features that the class and the file demand.</param>
/// <param name="EndTokens">Tokens that end a text, ascending.</param>
/// <param name="BeginToken">The token that begins a text, or −1.</param>
internal sealed record CheckpointConfig(string ModelType, ModelConfig Shape, System.Collections.Immutable.ImmutableArray<int> EndTokens, int BeginToken)
{
    private static readonly string[] s_types = ["llama", "mistral", "qwen2", "qwen3"];

    public static CheckpointConfig Read(JsonFile file)
    {
        JsonElement root = file.Root;
        string type = file.Text(root, "model_type") ?? "";
        if (!s_types.Contains(type, StringComparer.Ordinal))
        {
            throw NotSupported(file, "model_type", string.Join(", ", s_types), type.Length == 0 ? "none" : type);
        }

        Demand(file, "hidden_act", file.Text(root, "hidden_act") ?? "silu", "silu");
        if (JsonFile.TryGet(root, "quantization_config", out _))
        {
            throw NotSupported(file, "quantization_config", "weights as F32, F16 or BF16", "quantised weights");
        }

        if (file.Number(root, "partial_rotary_factor", 1m, 0m, 1m) != 1m)
        {
            throw NotSupported(file, "partial_rotary_factor", "1", "less");
        }

        int dimension = file.Int32(root, "hidden_size", null, 1, EngineLimits.MaxDimension);
        int heads = file.Int32(root, "num_attention_heads", null, 1, EngineLimits.MaxHeads);
        int headDimension = file.Int32(root, "head_dim", dimension % heads == 0 ? dimension / heads : null, 1, EngineLimits.MaxHeadDimension);
        int vocabulary = file.Int32(root, "vocab_size", null, 2, EngineLimits.MaxVocabulary);
        int layers = file.Int32(root, "num_hidden_layers", null, 1, EngineLimits.MaxLayers);
        int context = file.Int32(root, "max_position_embeddings", type == "qwen3" ? 32_768 : 2_048, 1, EngineLimits.MaxContext);
        (int theta, RotaryFrequencies? rotary) = RotaryScaling.Read(file, headDimension / 2, context);
        bool hasBias = file.Boolean(root, "attention_bias", type == "qwen2");
        ModelFeatures features = ModelFeatures.None;
        features |= hasBias || type == "qwen2" ? ModelFeatures.AttentionBias : 0;
        features |= hasBias && type is "llama" or "qwen3" ? ModelFeatures.OutputBias : 0;
        features |= type == "llama" && file.Boolean(root, "mlp_bias", false) ? ModelFeatures.FeedForwardBias : 0;
        features |= type == "qwen3" ? ModelFeatures.QueryKeyNorm : 0;
        features |= file.Boolean(root, "tie_word_embeddings", false) ? ModelFeatures.TiedOutput : 0;
        if (type == "mistral" && hasBias)
        {
            throw NotSupported(file, "attention_bias", "false for mistral", "true");
        }

        var shape = new ModelConfig
        {
            Dimension = dimension,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = file.Int32(root, "num_key_value_heads", type == "mistral" ? 8 : heads, 1, EngineLimits.MaxHeads),
            HeadDimension = headDimension,
            FeedForward = file.Int32(root, "intermediate_size", null, 1, EngineLimits.MaxInnerDimension),
            Vocabulary = vocabulary,
            RopeTheta = theta,
            NormEpsilon = (float)file.Number(root, "rms_norm_eps", 1e-6m, 0m, 1m),
            MaxContext = context,
            Features = features | ModelFeatures.FinalGain,
            SlidingWindow = Window(file, type, layers),
            Rotary = rotary,
        };
        if (shape.Check() is { } refusal)
        {
            throw NotSupported(file, refusal.What, refusal.Expected, refusal.Found);
        }

        return new CheckpointConfig(type, shape, EndTokensOf(file, root, vocabulary), file.Int32(root, "bos_token_id", -1, -1, vocabulary - 1));
    }

    /// <summary>The tokens of eos_token_id, one number or several.</summary>
    public static System.Collections.Immutable.ImmutableArray<int> EndTokensOf(JsonFile file, JsonElement root, int vocabulary)
    {
        if (!JsonFile.TryGet(root, "eos_token_id", out JsonElement value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [file.Int32(root, "eos_token_id", null, 0, vocabulary - 1)];
        }

        var tokens = new SortedSet<int>();
        foreach (JsonElement entry in value.EnumerateArray())
        {
            if (!entry.TryGetInt64Safely(out long token) || token < 0 || token >= vocabulary || tokens.Count == EngineLimits.MaxStopTokens)
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{file.Name}: eos_token_id", $"at most {EngineLimits.MaxStopTokens} tokens below {vocabulary}", JsonFile.Shown(value));
            }

            tokens.Add((int)token);
        }

        return [.. tokens];
    }

    private static int Window(JsonFile file, string type, int layers)
    {
        JsonElement root = file.Root;
        int window = file.Int32(root, "sliding_window", 0, 0, int.MaxValue);
        bool isUsed = type == "mistral" || (type is "qwen2" or "qwen3" && file.Boolean(root, "use_sliding_window", false));
        if (JsonFile.TryGet(root, "layer_types", out JsonElement types))
        {
            int sliding = 0;
            int full = 0;
            if (types.ValueKind != JsonValueKind.Array || types.GetArrayLength() != layers)
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{file.Name}: layer_types", $"{layers} names", JsonFile.Shown(types));
            }

            foreach (JsonElement entry in types.EnumerateArray())
            {
                sliding += entry.ValueKind == JsonValueKind.String && entry.ValueEquals("sliding_attention") ? 1 : 0;
                full += entry.ValueKind == JsonValueKind.String && entry.ValueEquals("full_attention") ? 1 : 0;
            }

            if (full != layers && sliding != layers)
            {
                throw NotSupported(file, "layer_types", "one type of attention in every layer", $"{full} full, {sliding} sliding of {layers}");
            }

            isUsed = sliding == layers;
        }
        else if (isUsed && type != "mistral" && file.Int32(root, "max_window_layers", 0, 0, int.MaxValue) is > 0 and int first)
        {
            // The first layers see everything, the others the window.
            if (first < layers)
            {
                throw NotSupported(file, "max_window_layers", $"0, or at least {layers}: one type of attention in every layer", $"{first}");
            }

            isUsed = false;
        }

        // A window of the whole context hides nothing.
        return isUsed && window < EngineLimits.MaxContext ? window : 0;
    }

    private static void Demand(JsonFile file, string name, string found, string expected)
    {
        if (found != expected)
        {
            throw NotSupported(file, name, expected, found);
        }
    }

    private static EngineRefusedException NotSupported(JsonFile file, string name, string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.ModelNotSupported, $"{file.Name}: {name}", expected, found);
}
