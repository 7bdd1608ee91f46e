using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Ait.Engine.Importing;

namespace Ait.Engine.Tokens;

/// <summary>Reads tokenizer.json: byte-pair encoding of byte letters or of SentencePiece. What is not carried out is refused.</summary>
internal static partial class TokenizerReader
{
    private const string File = "tokenizer.json";
    private const int MaxMerges = 4_000_000;
    private const int MaxAddedTokens = 65_536;
    private const int MaxNameLength = 8_192;

    public static Tokenizer Read(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> template, int begin, ReadOnlySpan<int> ends, int vocabulary)
    {
        using JsonFile file = JsonFile.Parse(File, json);
        JsonElement root = file.Root;
        JsonElement model = Object(root, "model");
        string type = file.Text(model, "type") ?? "BPE";
        if (type != "BPE")
        {
            throw NotSupported("model.type", "BPE", type);
        }

        foreach (string affix in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (file.Text(model, affix) is { Length: > 0 } found)
            {
                throw NotSupported($"model.{affix}", "none", found);
            }
        }

        (PreTokenizer split, bool isByteLevel) = ReadSplit(file, root);
        string?[] names = new string?[vocabulary];
        Dictionary<string, int> ids = ReadVocabulary(file, Object(model, "vocab"), names);
        List<AddedToken> added = ReadAdded(file, root, names, vocabulary);
        bool fallsBack = file.Boolean(model, "byte_fallback", false);
        CheckBytes(ids, isByteLevel, fallsBack);
        string? unknown = file.Text(model, "unk_token");
        var parts = new TokenizerParts
        {
            Names = names,
            Bytes = BytesOf(names, added, isByteLevel, fallsBack),
            Ids = ids,
            Merges = ReadMerges(file, model, ids),
            Split = split,
            IsByteLevel = isByteLevel,
            FallsBackToBytes = fallsBack,
            IgnoresMerges = file.Boolean(model, "ignore_merges", false),
            Unknown = unknown is null ? -1 : ids.GetValueOrDefault(unknown, -1),
            FusesUnknown = file.Boolean(model, "fuse_unk", false),
            RawAdded = Find(added.Where(token => !token.IsNormalized), token => Characters(token.Content)),
            NormalizedAdded = Find(added.Where(token => token.IsNormalized), token => TokenizerParts.Normalize(split, Characters(token.Content))),
            Before = Around(file, root, names, before: true),
            After = Around(file, root, names, before: false),
        };
        CheckDecoder(file, root);
        return new BpeTokenizer(parts, template.IsEmpty ? null : TextOf(template), begin, ends);
    }

    public static string ByteName(byte value) => $"<0x{value:X2}>";

    private static Dictionary<string, int> ReadVocabulary(JsonFile file, JsonElement vocab, string?[] names)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty entry in vocab.EnumerateObject())
        {
            string name = NameOf(file, entry);
            if (!entry.Value.TryGetInt64Safely(out long id) || id < 0 || id >= names.Length || name.Length is 0 or > MaxNameLength)
            {
                throw Malformed($"model.vocab: {Short(name)}", $"a name of 1 to {MaxNameLength} characters and an id below {names.Length}", JsonFile.Shown(entry.Value));
            }

            if (names[id] is { } other)
            {
                throw Malformed($"model.vocab: {Short(name)}", "an id of its own", $"{id}, which is that of {Short(other)}");
            }

            names[id] = name;
            ids.Add(name, (int)id);
        }

        return ids;
    }

    private static List<AddedToken> ReadAdded(JsonFile file, JsonElement root, string?[] names, int vocabulary)
    {
        var added = new List<AddedToken>();
        if (!JsonFile.TryGet(root, "added_tokens", out JsonElement list))
        {
            return added;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxAddedTokens)
        {
            throw Malformed("added_tokens", $"a list of at most {MaxAddedTokens}", JsonFile.Shown(list));
        }

        foreach (JsonElement entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object)
            {
                throw Malformed("added_tokens", "objects", JsonFile.Shown(entry));
            }

            string content = file.Text(entry, "content") ?? "";
            int id = file.Int32(entry, "id", null, 0, vocabulary - 1);
            if (content.Length is 0 or > MaxNameLength || (names[id] is { } other && other != content))
            {
                throw Malformed($"added_tokens: {id}", $"a text of 1 to {MaxNameLength} characters, the same as in the vocabulary", $"'{Short(content)}', '{Short(names[id] ?? "")}'");
            }

            names[id] = content;
            added.Add(new AddedToken(
                id,
                content,
                file.Boolean(entry, "special", false),
                file.Boolean(entry, "single_word", false),
                file.Boolean(entry, "lstrip", false),
                file.Boolean(entry, "rstrip", false),
                file.Boolean(entry, "normalized", true)));
        }

        return added;
    }

    private static Dictionary<ulong, (int Rank, int Token)> ReadMerges(JsonFile file, JsonElement model, Dictionary<string, int> ids)
    {
        if (!model.TryGetProperty("merges", out JsonElement list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxMerges)
        {
            throw Malformed("model.merges", $"a list of at most {MaxMerges}", "none, or more");
        }

        var merges = new Dictionary<ulong, (int Rank, int Token)>(list.GetArrayLength());
        int rank = 0;
        foreach (JsonElement entry in list.EnumerateArray())
        {
            (string left, string right) = MergeOf(file, entry, rank);
            if (!ids.TryGetValue(left, out int a) || !ids.TryGetValue(right, out int b) || !ids.TryGetValue(left + right, out int whole))
            {
                throw Malformed($"model.merges: number {rank}", "two tokens whose join is one", JsonFile.Shown(entry));
            }

            // A pair that is listed twice merges at its last place.
            merges[TokenizerParts.Pair(a, b)] = (rank, whole);
            rank++;
        }

        return merges;
    }

    private static (string Left, string Right) MergeOf(JsonFile file, JsonElement entry, int rank)
    {
        if (entry.ValueKind == JsonValueKind.String)
        {
            string[] parts = file.TextOf(entry, $"model.merges: number {rank}").Split(' ');
            if (parts.Length == 2)
            {
                return (parts[0], parts[1]);
            }
        }
        else if (entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2
            && entry[0].ValueKind == JsonValueKind.String && entry[1].ValueKind == JsonValueKind.String)
        {
            return (file.TextOf(entry[0], $"model.merges: number {rank}"), file.TextOf(entry[1], $"model.merges: number {rank}"));
        }

        throw Malformed($"model.merges: number {rank}", "two tokens", JsonFile.Shown(entry));
    }

    private static void CheckBytes(Dictionary<string, int> ids, bool isByteLevel, bool fallsBack)
    {
        for (int value = 0; value < 256; value++)
        {
            string name = isByteLevel ? ByteLetters.Letter((byte)value).ToString() : ByteName((byte)value);
            if ((isByteLevel || fallsBack) && !ids.ContainsKey(name))
            {
                throw NotSupported("model.vocab", "a token for each of the 256 bytes", $"none for 0x{value:x2}");
            }
        }
    }

    private static byte[][] BytesOf(string?[] names, List<AddedToken> added, bool isByteLevel, bool fallsBack)
    {
        byte[][] bytes = new byte[names.Length][];
        for (int id = 0; id < bytes.Length; id++)
        {
            string name = names[id] ?? "";
            if (isByteLevel)
            {
                bytes[id] = ByteLetters.Bytes(name) ?? Encoding.UTF8.GetBytes(name);
            }
            else if (fallsBack && name.Length == 6 && name.StartsWith("<0x", StringComparison.Ordinal) && name[5] == '>'
                && byte.TryParse(name.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out byte value))
            {
                bytes[id] = [value];
            }
            else
            {
                bytes[id] = Encoding.UTF8.GetBytes(name.Replace((char)PreTokenizer.LowLine, ' '));
            }
        }

        foreach (AddedToken token in added)
        {
            bytes[token.Id] = token.IsSpecial ? [] : Encoding.UTF8.GetBytes(token.Content);
        }

        return bytes;
    }

    private static AddedTokens Find(IEnumerable<AddedToken> tokens, Func<AddedToken, int[]> text)
    {
        var found = new AddedTokens();
        foreach (AddedToken token in tokens)
        {
            found.Add(text(token), token);
        }

        return found;
    }

    private static int[] Characters(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];

    private static string NameOf(JsonFile file, JsonProperty entry)
    {
        try
        {
            return entry.Name;
        }
        catch (InvalidOperationException)
        {
            throw Malformed($"{file.Name}: model.vocab", "names of whole characters", "a lone surrogate");
        }
    }

    private static string TextOf(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8.Span);
        }
        catch (ArgumentException)
        {
            throw JsonFile.Fault(EngineRefusalCode.TextInvalid, "chat template", "UTF-8", "other bytes");
        }
    }

    private static JsonElement Object(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw Malformed(name, "an object", "none");

    private static string Short(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private static EngineRefusedException Malformed(string what, string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{File}: {what}", expected, found);

    private static EngineRefusedException NotSupported(string what, string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.TokenizerNotSupported, $"{File}: {what}", expected, found);
}
