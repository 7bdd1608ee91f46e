using System.Text;
using System.Text.Json;
using Ait.Engine.Tokens;

namespace Ait.Engine.Training;

/// <summary>The tokenizer <c>bytes-v1</c> in the form that an artifact stores: byte letters without merges, and its special tokens.</summary>
internal static class StoredByteTokenizer
{
    // What was trained on texts that stand alone continues the last one; it knows no conversations.
    private const string Template = "{{ bos_token }}{{ messages[-1]['content'] }}";

    private static readonly (string Name, int Id)[] s_special =
    [
        ("<begin>", ByteTokenizer.BeginOfSequence), ("<end>", ByteTokenizer.EndOfSequence), ("<pad>", ByteTokenizer.Padding), ("<sep>", ByteTokenizer.Separator),
    ];

    /// <summary>The digest that descriptors of such models name.</summary>
    public static Digest Digest { get; } = Digest.Of(Encoded());

    public static byte[] Encoded()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("added_tokens");
            foreach ((string name, int id) in s_special)
            {
                json.WriteStartObject();
                json.WriteNumber("id", id);
                json.WriteString("content", name);
                json.WriteBoolean("single_word", false);
                json.WriteBoolean("lstrip", false);
                json.WriteBoolean("rstrip", false);
                json.WriteBoolean("normalized", false);
                json.WriteBoolean("special", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNull("normalizer");
            json.WriteStartObject("pre_tokenizer");
            json.WriteString("type", "ByteLevel");
            json.WriteBoolean("add_prefix_space", false);
            json.WriteBoolean("use_regex", false);
            json.WriteEndObject();
            json.WriteStartObject("decoder");
            json.WriteString("type", "ByteLevel");
            json.WriteEndObject();
            WriteTemplate(json);
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteStartObject("vocab");
            for (int value = 0; value < 256; value++)
            {
                json.WriteNumber(ByteLetters.Letter((byte)value).ToString(), value);
            }

            json.WriteEndObject();
            json.WriteStartArray("merges");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Tokenizer.Write(stream.ToArray(), Encoding.UTF8.GetBytes(Template), ByteTokenizer.BeginOfSequence, [ByteTokenizer.EndOfSequence]);
    }

    // A text begins with the begin token.
    private static void WriteTemplate(Utf8JsonWriter json)
    {
        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        json.WriteStartArray("single");
        json.WriteStartObject();
        json.WriteStartObject("SpecialToken");
        json.WriteString("id", "<begin>");
        json.WriteNumber("type_id", 0);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartObject("Sequence");
        json.WriteString("id", "A");
        json.WriteNumber("type_id", 0);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("pair");
        json.WriteEndArray();
        json.WriteStartObject("special_tokens");
        json.WriteStartObject("<begin>");
        json.WriteString("id", "<begin>");
        json.WriteStartArray("ids");
        json.WriteNumberValue(ByteTokenizer.BeginOfSequence);
        json.WriteEndArray();
        json.WriteStartArray("tokens");
        json.WriteStringValue("<begin>");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
