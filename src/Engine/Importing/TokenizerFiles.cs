using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Ait.Engine.Importing;

/// <summary>Gathers what a checkpoint says of its tokenizer, over its several files, into the form that is stored.</summary>
internal static class TokenizerFiles
{
    private const string TemplateFile = "chat_template.jinja";

    public static byte[] Read(Checkpoint checkpoint)
    {
        string folder = checkpoint.Folder;
        int vocabulary = checkpoint.Config.Shape.Vocabulary;
        byte[] json = JsonFile.ReadAll(folder, "tokenizer.json", EngineLimits.MaxTokenizerBytes);
        byte[] template = Template(folder);
        ImmutableArray<int> ends = checkpoint.Config.EndTokens;
        using (JsonFile? generation = JsonFile.OpenIfThere(folder, "generation_config.json", EngineLimits.MaxConfigBytes))
        {
            // What a chat ends with is said here, where it differs.
            if (generation is not null && JsonFile.TryGet(generation.Root, "eos_token_id", out _))
            {
                ends = CheckpointConfig.EndTokensOf(generation, generation.Root, vocabulary);
            }
        }

        byte[] encoded = Tokenizer.Write(json, template, checkpoint.Config.BeginToken, ends.AsSpan());
        // Whoever opens the artifact has to be able to read it.
        Tokenizer.Read("tokenizer.json", encoded, vocabulary);
        return encoded;
    }

    private static byte[] Template(string folder)
    {
        if (File.Exists(Path.Combine(folder, TemplateFile)))
        {
            return JsonFile.ReadAll(folder, TemplateFile, EngineLimits.MaxTemplateBytes);
        }

        using JsonFile? config = JsonFile.OpenIfThere(folder, "tokenizer_config.json", EngineLimits.MaxConfigBytes);
        if (config is null || !JsonFile.TryGet(config.Root, "chat_template", out JsonElement value))
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            // Several templates by name: the default one.
            foreach (JsonElement entry in value.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.Object && config.Text(entry, "name") == "default" && config.Text(entry, "template") is { } named)
                {
                    return Bounded(named);
                }
            }

            return [];
        }

        return Bounded(config.Text(config.Root, "chat_template") ?? "");
    }

    private static byte[] Bounded(string template)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(template);
        return bytes.Length <= EngineLimits.MaxTemplateBytes
            ? bytes
            : throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, "tokenizer_config.json: chat_template", $"at most {EngineLimits.MaxTemplateBytes} bytes", $"{bytes.Length}");
    }
}
