using System.Collections.Immutable;
using System.Text.Json;
using Ait.Engine.Importing;

namespace Ait.Engine.Tokens;

internal static partial class TokenizerReader
{
    // What a byte-level stage splits with when it is told nothing else.
    private const string ByteLevelPattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static (PreTokenizer Split, bool IsByteLevel) ReadSplit(JsonFile file, JsonElement root)
    {
        var split = new PreTokenizer();
        foreach (JsonElement stage in Stages(root, "normalizer", "normalizers"))
        {
            split = Normalizer(file, stage, split);
        }

        bool isByteLevel = false;
        foreach (JsonElement stage in Stages(root, "pre_tokenizer", "pretokenizers"))
        {
            if (isByteLevel)
            {
                throw NotSupported("pre_tokenizer", "nothing after ByteLevel", JsonFile.Shown(stage));
            }

            (split, isByteLevel) = PreTokenizerOf(file, stage, split);
        }

        bool hasLowLines = split.ReplacesSpaces || split.LowLinePrefix != PreTokenizer.Prefix.Never || split.SplitsAtLowLines;
        return isByteLevel && hasLowLines
            ? throw NotSupported("pre_tokenizer", "byte letters or U+2581 for spaces", "both")
            : (split, isByteLevel);
    }

    private static PreTokenizer Normalizer(JsonFile file, JsonElement stage, PreTokenizer split)
    {
        string type = file.Text(stage, "type") ?? "";
        switch (type)
        {
            case "NFC" when split.LowLinePrefix == PreTokenizer.Prefix.Never && !split.ReplacesSpaces:
                return split with { Composes = true };
            case "Prepend" when file.Text(stage, "prepend") == "\u2581" && !split.ReplacesSpaces:
                return split with { LowLinePrefix = PreTokenizer.Prefix.Always };
            case "Replace" when IsText(file, stage, " ") && file.Text(stage, "content") == "\u2581":
                return split with { ReplacesSpaces = true };
            default:
                throw NotSupported("normalizer", "NFC; Prepend of U+2581, then Replace of spaces by U+2581", JsonFile.Shown(stage));
        }
    }

    private static (PreTokenizer Split, bool IsByteLevel) PreTokenizerOf(JsonFile file, JsonElement stage, PreTokenizer split)
    {
        string type = file.Text(stage, "type") ?? "";
        switch (type)
        {
            case "ByteLevel":
                ImmutableArray<Pattern> patterns = file.Boolean(stage, "use_regex", true)
                    ? split.Patterns.Add(Pattern.Parse(ByteLevelPattern))
                    : split.Patterns;
                bool adds = file.Boolean(stage, "add_prefix_space", true);
                return adds && !split.Patterns.IsEmpty
                    ? throw NotSupported("pre_tokenizer", "add_prefix_space false after Split", "true")
                    : (split with { Patterns = patterns, AddsPrefixSpace = adds }, true);
            case "Split" when file.Text(stage, "behavior") == "Isolated" && !file.Boolean(stage, "invert", false)
                && stage.TryGetProperty("pattern", out JsonElement pattern) && pattern.ValueKind == JsonValueKind.Object && file.Text(pattern, "Regex") is { } regex:
                return (split with { Patterns = split.Patterns.Add(Pattern.Parse(regex)) }, false);
            case "Digits":
                string digits = file.Boolean(stage, "individual_digits", false) ? @"\p{N}" : @"\p{N}+";
                return (split with { Patterns = split.Patterns.Add(Pattern.Parse(digits)) }, false);
            case "Metaspace" when (file.Text(stage, "replacement") ?? "\u2581") == "\u2581" && split.LowLinePrefix == PreTokenizer.Prefix.Never && split.Patterns.IsEmpty:
                return (Metaspace(file, stage, split), false);
            default:
                throw NotSupported("pre_tokenizer", "ByteLevel, Split (Isolated, by Regex), Digits, Metaspace", JsonFile.Shown(stage));
        }
    }

    private static PreTokenizer Metaspace(JsonFile file, JsonElement stage, PreTokenizer split)
    {
        string scheme = file.Text(stage, "prepend_scheme") ?? (file.Boolean(stage, "add_prefix_space", true) ? "always" : "never");
        bool splits = file.Boolean(stage, "split", true);
        return scheme switch
        {
            "always" => split with { LowLinePrefix = PreTokenizer.Prefix.AlwaysOnce, SplitsAtLowLines = splits },
            "first" => split with { LowLinePrefix = PreTokenizer.Prefix.FirstOnce, SplitsAtLowLines = splits },
            "never" when !splits => split with { ReplacesSpaces = true },
            _ => throw NotSupported("pre_tokenizer", "Metaspace with prepend_scheme always or first, or never without split", $"{scheme}"),
        };
    }

    private static void CheckDecoder(JsonFile file, JsonElement root)
    {
        foreach (JsonElement stage in Stages(root, "decoder", "decoders"))
        {
            string type = file.Text(stage, "type") ?? "";
            bool isKnown = type switch
            {
                "ByteLevel" or "ByteFallback" or "Fuse" or "Metaspace" => true,
                "Replace" => IsText(file, stage, "\u2581") && file.Text(stage, "content") == " ",
                "Strip" => file.Text(stage, "content") == " " && file.Int32(stage, "start", 0, 0, 1) == 1 && file.Int32(stage, "stop", 0, 0, 0) == 0,
                _ => false,
            };
            if (!isKnown)
            {
                throw NotSupported("decoder", "ByteLevel, ByteFallback, Fuse, Metaspace, Replace of U+2581 by a space, Strip of one space", JsonFile.Shown(stage));
            }
        }
    }

    /// <summary>The tokens that the template of the post-processor puts before or after a text.</summary>
    private static ImmutableArray<int> Around(JsonFile file, JsonElement root, string?[] names, bool before)
    {
        var tokens = ImmutableArray.CreateBuilder<int>();
        foreach (JsonElement stage in Stages(root, "post_processor", "processors"))
        {
            string type = file.Text(stage, "type") ?? "";
            if (type == "ByteLevel")
            {
                continue;
            }

            if (type != "TemplateProcessing" || !stage.TryGetProperty("single", out JsonElement single) || single.ValueKind != JsonValueKind.Array)
            {
                throw NotSupported("post_processor", "ByteLevel, TemplateProcessing", JsonFile.Shown(stage));
            }

            int texts = 0;
            foreach (JsonElement entry in single.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("Sequence", out _))
                {
                    texts++;
                    continue;
                }

                string? name = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("SpecialToken", out JsonElement token) && token.ValueKind == JsonValueKind.Object
                    ? file.Text(token, "id")
                    : null;
                int id = name is null ? -1 : Array.IndexOf(names, name);
                if (id < 0 || tokens.Count == 64)
                {
                    throw Malformed("post_processor: single", "at most 64 tokens of the vocabulary around one text", JsonFile.Shown(entry));
                }

                if ((texts == 0) == before)
                {
                    tokens.Add(id);
                }
            }

            if (texts != 1)
            {
                throw Malformed("post_processor: single", "one text", $"{texts}");
            }
        }

        return tokens.ToImmutable();
    }

    /// <summary>The stages of a step: none if it is null, those of the list if it is a sequence.</summary>
    private static List<JsonElement> Stages(JsonElement root, string step, string list)
    {
        var stages = new List<JsonElement>();
        if (JsonFile.TryGet(root, step, out JsonElement value))
        {
            Collect(value, step, list, stages, 0);
        }

        return stages;
    }

    private static void Collect(JsonElement value, string step, string list, List<JsonElement> stages, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object || depth > 4 || stages.Count > 32)
        {
            throw Malformed(step, "an object, at most 4 sequences deep", JsonFile.Shown(value));
        }

        if (value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("Sequence"))
        {
            if (!value.TryGetProperty(list, out JsonElement entries) || entries.ValueKind != JsonValueKind.Array)
            {
                throw Malformed(step, $"a list of {list}", JsonFile.Shown(value));
            }

            foreach (JsonElement entry in entries.EnumerateArray())
            {
                Collect(entry, step, list, stages, depth + 1);
            }

            return;
        }

        stages.Add(value);
    }

    private static bool IsText(JsonFile file, JsonElement stage, string text) =>
        stage.TryGetProperty("pattern", out JsonElement pattern) && pattern.ValueKind == JsonValueKind.Object && file.Text(pattern, "String") == text;
}
