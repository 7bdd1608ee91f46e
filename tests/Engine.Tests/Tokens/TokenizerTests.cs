using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Ait.Engine.Tests.Importing;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Tokens;

/// <summary>Text to tokens, held to the library that models are trained with and to an encoder without haste.</summary>
public sealed class TokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-tokenizer-").FullName;

    private static readonly string[] s_texts =
    [
        "", " ", "a", "The house on the hill", "  two  spaces  ", "tabs\tand\r\nlines\n\n\n  indented\n", "I'll I'LL we'Ve don’t it'ſ", "1234567 12 ½ ²³ ٣٤٥",
        "naïve café Å e\u0301 A\u030a ṩ s\u0323\u0307 \u1100\u1161\u11a8 각 ﬁ ＡＢ", "Привет, мир! 你好,世界。 こんにちは שלום مرحبا", "emoji 👩‍👩‍👧‍👦 🏳️‍🌈 𝒳𝓎 𐍈", "a\u00a0b\u2003c\u200bd",
        "...!!!??? --- ### {[()]}", "for (int i = 0; i < n; i++) { x[i] += y[i]; }", "<|start|>user\nhi<|stop|> <|end|>", "a <tool> b<tool>c", "<s>x</s> <unk>", "<0x41> \u2581 ▁▁x",
        "\n", "\n\n", " \n \n", "x \n", "   \n   x", "end with spaces   ", "\u0344\u0958 \u2126 \u212b", "'s 'S 'd", "a'sb 's's", "__x__ _a_1",
    ];

    public static TheoryData<string> Families => [.. CheckpointMaker.Families];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static Tokenizer Of(CheckpointMaker maker) => Tokenizer.Read(
        "tokenizer.json",
        Tokenizer.Write(Encoding.UTF8.GetBytes(maker.Tokenizer.ToJsonString()), [], -1, []),
        maker.Vocabulary);

    /// <summary>Texts of pieces that meet every rule: letters, digits, marks, white space, contractions, added tokens, what no vocabulary holds.</summary>
    private static Arbitrary<string> Texts(bool within16Bits) => Arb.From(
        from count in Gen.Choose(0, 60)
        from pieces in Gen.ArrayOf(
            Gen.Elements(
                [
                    "a", "the", "The", " house", "hill", "ße", "é", "e\u0301", "\u0323", "你", "各", "\u1100", "\u1161", "0", "1", "99", "²", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "'s", "'LL", "’", "!",
                    "?!", "_", "{", "\u2581", "<", ">", "|", "\u0301", "\u200d", "ſ", "K",
                    .. within16Bits ? Array.Empty<string>() : ["😀", "𝒳", "𐍈", "<|start|>", "<|stop|>", "<tool>", "</s>", "<s>", "𝅘𝅥", "𝟙"],
                ]),
            count)
        select string.Concat(pieces));

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_isWhatTheModelsLibraryYields(string family)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "The library's native part is for Linux on x64.");
        CheckpointMaker maker = CheckpointMaker.Make(family);
        string path = Path.Combine(_folder, "tokenizer.json");
        File.WriteAllText(path, maker.Tokenizer.ToJsonString());
        using var library = new global::Tokenizers.DotNet.Tokenizer(path);
        Tokenizer own = Of(maker);
        void Compare(string text)
        {
            int[] expected = [.. library.Encode(text).Select(token => (int)token)];
            int[] found = own.Encode(text);
            Assert.True(expected.SequenceEqual(found), $"{family}: '{text}' [{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}]\n{string.Join(' ', expected)}\n{string.Join(' ', found)}");
        }

        Assert.All(s_texts, Compare);
        Compare(string.Concat(Enumerable.Repeat(CheckpointMaker.Corpus, 3)));
        Prop.ForAll(Texts(within16Bits: false), Compare).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_isWhatASlowEncoderYields(string family)
    {
        CheckpointMaker maker = CheckpointMaker.Make(family);
        Tokenizer own = Of(maker);
        var slow = new SlowBpe(maker.Tokenizer);
        Prop.ForAll(Texts(within16Bits: true), text =>
        {
            // The slow encoder does not compose.
            string plain = text.Replace("\u0301", "", StringComparison.Ordinal).Replace("\u0323", "", StringComparison.Ordinal).Replace("\u1161", "", StringComparison.Ordinal).Replace("\u212a", "", StringComparison.Ordinal);
            Assert.Equal(slow.Encode(plain), own.Encode(plain, withSpecial: false));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Decode_givesTheTextBack(string family)
    {
        Tokenizer own = Of(CheckpointMaker.Make(family));
        foreach (string text in new[] { "The house on the hill", "x  y ", "Привет 你好 😀 𝒳", "line\nline\n", CheckpointMaker.Corpus })
        {
            Assert.Equal(text, own.Decode(own.Encode(text, withSpecial: false)));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_takesALongTextWithoutAPauseInIt(string family)
    {
        // One piece of 60,000 characters: by the queue of pairs it takes no time.
        Tokenizer own = Of(CheckpointMaker.Make(family));
        string text = string.Concat(Enumerable.Repeat("thehouseonthehill", 3500));
        Assert.Equal(text, own.Decode(own.Encode(text, withSpecial: false)));
        string spaces = "x" + new string(' ', 60_000);
        Assert.Equal(spaces, own.Decode(own.Encode(spaces, withSpecial: false)));
    }

    [Fact]
    public void Encode_putsTheTokensOfTheTemplateAround()
    {
        Tokenizer own = Of(CheckpointMaker.Make("mistral"));
        Assert.Equal(1, own.Encode("x")[0]);
        Assert.Equal(own.Encode("x")[1..], own.Encode("x", withSpecial: false));
        Assert.Equal("<s>", own.TokenName(1));
        Assert.True(own.TokenBytes(1).IsEmpty);
        Assert.True(own.TokenBytes(-1).IsEmpty);
        Assert.True(own.TokenBytes(1_000_000).IsEmpty);
    }

    [Fact]
    public void TryEncode_refusesWhatIsNoText()
    {
        Tokenizer own = Of(CheckpointMaker.Make("qwen2"));
        Assert.False(own.TryEncode("ab\ud800c", true, out _, out EngineRefusal? refusal));
        Assert.Equal((EngineRefusalCode.TextInvalid, "text, character 2"), (refusal.Code, refusal.What));
        Assert.False(own.TryEncode([0x61, 0x62, 0xC3, 0x28], true, out _, out refusal));
        Assert.Equal((EngineRefusalCode.TextInvalid, "text, offset 2", "0xc3"), (refusal.Code, refusal.What, refusal.Found));
        Assert.False(own.TryEncode(new string('x', EngineLimits.MaxTextBytes + 1), true, out _, out refusal));
        Assert.Equal(EngineRefusalCode.TextInvalid, refusal.Code);
        Assert.True(own.TryEncode("é"u8, false, out int[]? tokens, out _));
        Assert.Equal(own.Encode("é", withSpecial: false), tokens);
    }

    public static TheoryData<string, Action<JsonObject>> Unfit() => new()
    {
        { "model.type", json => json["model"]!["type"] = "Unigram" },
        { "model.end_of_word_suffix", json => json["model"]!["end_of_word_suffix"] = "</w>" },
        { "normalizer", json => json["normalizer"] = new JsonObject { ["type"] = "NFKC" } },
        { "pre_tokenizer", json => json["pre_tokenizer"] = new JsonObject { ["type"] = "Whitespace" } },
        { "decoder", json => json["decoder"] = new JsonObject { ["type"] = "WordPiece" } },
        { "post_processor", json => json["post_processor"] = new JsonObject { ["type"] = "BertProcessing" } },
        { "pattern", json => json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"(?<=x)y" },
        { "pattern", json => json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"(a+)+" },
        { "pattern", json => json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"[a-z" },
        { "pattern", json => json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"\p{Script=Han}" },
        { "pattern", json => json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"a++" },
        { "model.vocab", json => ((JsonObject)json["model"]!["vocab"]!).Remove("Ġ") },
        { "model.vocab", json => json["model"]!["vocab"]!["a"] = 5 },
        { "model.vocab", json => json["model"]!["vocab"]!["a"] = 100_000 },
        { "model.vocab", json => json["model"]!["vocab"]!["a"] = "x" },
        { "model.merges", json => ((JsonArray)json["model"]!["merges"]!).Add("a ZZZ") },
        { "model.merges", json => ((JsonArray)json["model"]!["merges"]!).Add(5) },
        { "model.merges", json => ((JsonObject)json["model"]!).Remove("merges") },
        { "id", json => json["added_tokens"]![0]!["id"] = -1 },
        { "added_tokens", json => json["added_tokens"]![0]!["id"] = 3 },
        { "added_tokens", json => json["added_tokens"]![0]!["content"] = "" },
        { "post_processor", json => json["post_processor"] = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"nobody"}}]}""") },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Read_refusesWhatIsNotCarriedOut(string what, Action<JsonObject> change)
    {
        CheckpointMaker maker = CheckpointMaker.Make("qwen2");
        change(maker.Tokenizer);
        EngineRefusal refusal = Assert.Throws<EngineRefusedException>(() => Of(maker)).Refusal;
        Assert.Contains(what, refusal.What, StringComparison.Ordinal);
        Assert.StartsWith("tokenizer.json", refusal.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_refusesAnyMutationOrReadsIt()
    {
        byte[] json = Encoding.UTF8.GetBytes(CheckpointMaker.Make("llama2").Tokenizer.ToJsonString());
        var random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] changed = [.. json];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            byte[] cut = random.Next(4) == 0 ? changed[..random.Next(changed.Length)] : changed;
            try
            {
                Tokenizer read = Tokenizer.Read("tokenizer.json", Tokenizer.Write(cut, [], -1, []), 1000);
                read.TryEncode("The house <s> é 😀 1234", true, out _, out _);
            }
            catch (EngineRefusedException thrown)
            {
                Assert.NotEqual(thrown.Refusal.Expected, thrown.Refusal.Found);
                refused++;
            }
        }

        Assert.InRange(refused, 100, 400);
    }
}
