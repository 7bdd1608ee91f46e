using System.Collections.Immutable;
using System.Text.Json;

namespace Ait.Miner.Configuring;

/// <summary>Reads the JSON configuration file: one flat object whose names are those of the options.</summary>
internal static class ConfigurationFile
{
    private const int MaxBytes = 64 * 1024;

    public static ImmutableDictionary<string, Setting>? Read(Setting path, List<OptionFault> faults)
    {
        byte[] bytes;
        try
        {
            using FileStream stream = File.OpenRead(path.Text);
            if (stream.Length > MaxBytes)
            {
                faults.Add(new OptionFault(path.Source, $"{path.Text} is {stream.Length} bytes; at most {MaxBytes} are read.", "Name the miner's configuration file."));
                return null;
            }

            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add(new OptionFault(path.Source, $"{path.Text} cannot be read: {exception.Message}", "Correct the path, or leave the option out."));
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions
            {
                MaxDepth = 4,
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            });
            return ReadObject(path.Text, document.RootElement, faults);
        }
        catch (JsonException exception)
        {
            faults.Add(new OptionFault(path.Text, $"is not JSON: {exception.Message}", "Correct the file."));
            return null;
        }
    }

    private static ImmutableDictionary<string, Setting>? ReadObject(string path, JsonElement root, List<OptionFault> faults)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new OptionFault(path, "is not a JSON object.", "Write {\"rpc\": \"…\", …}."));
            return null;
        }

        ImmutableDictionary<string, Setting>.Builder settings = ImmutableDictionary.CreateBuilder<string, Setting>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            string source = $"{path}: {property.Name}";
            OptionDefinition? definition = Options.All.FirstOrDefault(candidate => candidate.ConfigurationName == property.Name && candidate.Name != "config");
            if (definition is null)
            {
                faults.Add(new OptionFault(source, "is not a setting of the miner.", "Remove it, or correct its name; see --help."));
                continue;
            }

            string? text = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString(),
                JsonValueKind.Number when !definition.IsFlag => property.Value.GetRawText(),
                JsonValueKind.True when definition.IsFlag => "true",
                JsonValueKind.False when definition.IsFlag => "false",
                _ => null,
            };
            if (text is null)
            {
                string expected = definition.IsFlag ? "true or false" : "a string";
                faults.Add(new OptionFault(source, $"is {property.Value.ValueKind}; expected {expected}.", "Correct the value."));
                continue;
            }

            settings.Add(definition.Name, new Setting(text, source));
        }

        return settings.ToImmutable();
    }
}
