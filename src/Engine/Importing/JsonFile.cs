using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Ait.Engine.Importing;

/// <summary>A JSON file of a checkpoint: bounded, without duplicate names, an object at its root. Refusals name file and place.</summary>
internal sealed class JsonFile : IDisposable
{
    private const int MaxDepth = 64;

    private readonly JsonDocument _document;

    private JsonFile(string name, JsonDocument document)
    {
        Name = name;
        _document = document;
    }

    public string Name { get; }

    public JsonElement Root => _document.RootElement;

    public static JsonFile Open(string folder, string name, int maxBytes) => Parse(name, ReadAll(folder, name, maxBytes));

    /// <summary>The file, or null if it is not there.</summary>
    public static JsonFile? OpenIfThere(string folder, string name, int maxBytes) =>
        File.Exists(Path.Combine(folder, name)) ? Open(folder, name, maxBytes) : null;

    public static byte[] ReadAll(string folder, string name, int maxBytes)
    {
        string path = Path.Combine(folder, name);
        try
        {
            long length = new FileInfo(path).Length;
            return length > maxBytes
                ? throw Fault(EngineRefusalCode.FileTooLarge, name, $"at most {maxBytes} bytes", $"{length}")
                : File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Fault(EngineRefusalCode.FileUnreadable, name, "a file that can be read", fault is FileNotFoundException ? "no such file" : fault.Message);
        }
    }

    /// <param name="name">The name for refusals.</param>
    /// <param name="bytes">The text.</param>
    /// <param name="offset">Where the text begins in the file.</param>
    public static JsonFile Parse(string name, ReadOnlyMemory<byte> bytes, long offset = 0)
    {
        int invalid = Utf8Place(bytes.Span);
        if (invalid >= 0)
        {
            throw Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {offset + invalid}", "JSON in UTF-8", $"byte {bytes.Span[invalid]:x2}");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException fault)
        {
            throw Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {offset + Place(bytes.Span, fault)}", "JSON", Reason(fault));
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair, written as an escape.
            throw Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {offset}", "JSON with names of whole characters", "a lone surrogate");
        }

        var file = new JsonFile(name, document);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            string found = $"{document.RootElement.ValueKind}";
            document.Dispose();
            throw Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {offset}", "an object", found);
        }

        return file;
    }

    public void Dispose() => _document.Dispose();

    public static EngineRefusedException Fault(EngineRefusalCode code, string what, string expected, string found) =>
        new(new EngineRefusal(code, what, expected, found));

    /// <summary>A whole number within bounds; the default if it is absent or null.</summary>
    public int Int32(JsonElement parent, string name, int? standard, int low, int high)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            return standard ?? throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", $"{low} to {high}", "nothing");
        }

        // 10000.0 is written for 10000.
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number) && number >= low && number <= high
            ? (int)number
            : throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", $"a whole number, {low} to {high}", Shown(value));
    }

    /// <summary>A decimal number within bounds; the default if it is absent or null.</summary>
    public decimal Number(JsonElement parent, string name, decimal? standard, decimal low, decimal high)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            return standard ?? throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", $"{low} to {high}", "nothing");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number >= low && number <= high
            ? number
            : throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", $"a number, {low} to {high}", Shown(value));
    }

    public bool Boolean(JsonElement parent, string name, bool standard)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            return standard;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", "true or false", Shown(value));
    }

    public string? Text(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? TextOf(value, name)
            : throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", "a string", Shown(value));
    }

    /// <summary>The string of an element that is known to be one.</summary>
    public string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            throw Fault(EngineRefusalCode.MalformedFile, $"{Name}: {name}", "text of whole characters", "a lone surrogate");
        }
    }

    /// <summary>The value, unless it is absent or null.</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public static string Shown(JsonElement value)
    {
        string raw = value.GetRawText();
        return raw.Length <= 80 ? raw : raw[..80] + "…";
    }

    // Where the first byte is that belongs to no character; -1 if every byte does.
    private static int Utf8Place(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            return -1;
        }

        int at = 0;
        while (Rune.DecodeFromUtf8(text[at..], out _, out int consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }

    private static string Reason(JsonException fault)
    {
        int end = fault.Message.IndexOf(" LineNumber", StringComparison.Ordinal);
        return end > 0 ? fault.Message[..end] : fault.Message;
    }

    private static long Place(ReadOnlySpan<byte> text, JsonException fault)
    {
        long line = fault.LineNumber ?? 0;
        int start = 0;
        for (; line > 0; line--)
        {
            start += text[start..].IndexOf((byte)'\n') + 1;
        }

        return start + (fault.BytePositionInLine ?? 0);
    }
}
