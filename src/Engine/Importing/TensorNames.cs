using Ait.Engine.Weights;

namespace Ait.Engine.Importing;

/// <summary>The names that tensors of the Llama, Mistral and Qwen classes have in checkpoints.</summary>
internal static class TensorNames
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string Output = "lm_head.weight";
    public const string FinalGain = "model.norm.weight";

    public static string InputGain(int layer) => $"model.layers.{layer}.input_layernorm.weight";

    public static string MiddleGain(int layer) => $"model.layers.{layer}.post_attention_layernorm.weight";

    public static string Of(WeightKind kind, int layer) => kind switch
    {
        WeightKind.Embedding => Embedding,
        WeightKind.Output => Output,
        WeightKind.FinalGain => FinalGain,
        WeightKind.Query => $"model.layers.{layer}.self_attn.q_proj.weight",
        WeightKind.Key => $"model.layers.{layer}.self_attn.k_proj.weight",
        WeightKind.Value => $"model.layers.{layer}.self_attn.v_proj.weight",
        WeightKind.AttentionOutput => $"model.layers.{layer}.self_attn.o_proj.weight",
        WeightKind.Gate => $"model.layers.{layer}.mlp.gate_proj.weight",
        WeightKind.Up => $"model.layers.{layer}.mlp.up_proj.weight",
        WeightKind.Down => $"model.layers.{layer}.mlp.down_proj.weight",
        WeightKind.QueryBias => $"model.layers.{layer}.self_attn.q_proj.bias",
        WeightKind.KeyBias => $"model.layers.{layer}.self_attn.k_proj.bias",
        WeightKind.ValueBias => $"model.layers.{layer}.self_attn.v_proj.bias",
        WeightKind.AttentionOutputBias => $"model.layers.{layer}.self_attn.o_proj.bias",
        WeightKind.GateBias => $"model.layers.{layer}.mlp.gate_proj.bias",
        WeightKind.UpBias => $"model.layers.{layer}.mlp.up_proj.bias",
        WeightKind.DownBias => $"model.layers.{layer}.mlp.down_proj.bias",
        WeightKind.QueryGain => $"model.layers.{layer}.self_attn.q_norm.weight",
        WeightKind.KeyGain => $"model.layers.{layer}.self_attn.k_norm.weight",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Refuses a tensor that the model has no use for: it would belong to a part that is not computed.</summary>
    public static void Check(IReadOnlyDictionary<string, Tensor> tensors, CheckpointConfig config)
    {
        var known = new HashSet<string>(StringComparer.Ordinal) { Embedding, Output, FinalGain };
        for (int layer = 0; layer < config.Shape.Layers; layer++)
        {
            known.Add(InputGain(layer));
            known.Add(MiddleGain(layer));
            foreach (WeightKind kind in WeightShape.OfLayer)
            {
                if (WeightShape.Has(config.Shape, kind))
                {
                    known.Add(Of(kind, layer));
                }
            }
        }

        foreach ((string name, Tensor tensor) in tensors)
        {
            // Frequencies that old checkpoints carry follow from the configuration.
            if (!known.Contains(name) && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal))
            {
                throw JsonFile.Fault(EngineRefusalCode.TensorUnfit, $"{tensor.File.Name}: {name}", $"a tensor of a {config.ModelType} model of {config.Shape.Layers} layers", "one of no known part");
            }
        }
    }
}
