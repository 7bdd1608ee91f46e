using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ait.Engine.Tests.Importing;

/// <summary>
/// Makes small checkpoints in the Hugging Face layout: random weights, and a tokenizer trained on a few sentences. One of every
/// class, so that every part of an import is used.
/// </summary>
internal sealed class CheckpointMaker
{
    public const string Corpus =
        "The house stands on the hill, and the river runs past the mill. In 1984 there were 1200 people; today there are 37. "
        + "They'll say it's nothing, we've heard it before, I'm sure you'd agree. Bäume wachsen im Garten, où les élèves étudient.\n\n"
        + "for (int i = 0; i < n; i++) {\n    total += values[i] * weights[i];\n}\n\n"
        + "Die Kinder spielen draußen. The children play outside the house on the hill, near the old mill by the river. Привет, мир. 你好,世界。";

    private readonly Random _random;

    private CheckpointMaker(string family, int seed)
    {
        Family = family;
        _random = new Random(seed);
        IsByteLevel = family is "llama3" or "qwen2" or "qwen3";
        Tokenizer = IsByteLevel ? ByteLevelTokenizer() : SentencePieceTokenizer();
        Vocabulary = (((JsonObject)Tokenizer["model"]!["vocab"]!).Count + ((JsonArray)Tokenizer["added_tokens"]!).Count + 15) / 16 * 16;
        Config = MakeConfig();
    }

    /// <summary>llama2, llama3, mistral, qwen2 or qwen3.</summary>
    public string Family { get; }

    public bool IsByteLevel { get; }

    public JsonObject Config { get; }

    public JsonObject Tokenizer { get; }

    public int Vocabulary { get; }

    /// <summary>Name, shape and values of every tensor.</summary>
    public List<(string Name, int[] Shape, float[] Values)> Tensors { get; } = [];

    public static IEnumerable<string> Families => ["llama2", "llama3", "mistral", "qwen2", "qwen3"];

    /// <summary>Makes the checkpoint of a family; nothing is written yet.</summary>
    public static CheckpointMaker Make(string family, int seed = 1)
    {
        var maker = new CheckpointMaker(family, seed);
        maker.MakeTensors();
        return maker;
    }

    /// <summary>Writes all files.</summary>
    /// <param name="folder">The folder, which is made.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    /// <param name="shards">Number of safetensors files; with more than one there is an index.</param>
    public void Write(string folder, string type = "BF16", int shards = 1)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), new JsonObject { ["eos_token_id"] = Config["eos_token_id"]!.DeepClone() }.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), new JsonObject { ["chat_template"] = Template() }.ToJsonString());
        if (shards == 1)
        {
            WriteTensors(Path.Combine(folder, "model.safetensors"), type, Tensors);
            return;
        }

        var map = new JsonObject();
        for (int shard = 0; shard < shards; shard++)
        {
            string name = $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
            var own = Tensors.Where((_, index) => index * shards / Tensors.Count == shard).ToList();
            WriteTensors(Path.Combine(folder, name), type, own);
            foreach ((string tensor, _, _) in own)
            {
                map[tensor] = name;
            }
        }

        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"),
            new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 0 }, ["weight_map"] = map }.ToJsonString());
    }

    public static void WriteTensors(string path, string type, IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        long offset = 0;
        int size = type == "F32" ? 4 : 2;
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. shape.Select(side => JsonValue.Create(side))]),
                ["data_offsets"] = new JsonArray(offset, offset + ((long)values.Length * size)),
            };
            offset += (long)values.Length * size;
        }

        byte[] text = JsonSerializer.SerializeToUtf8Bytes(header);
        using FileStream stream = File.Create(path);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        stream.Write(length);
        stream.Write(text);
        byte[] bytes = new byte[4];
        foreach ((_, _, float[] values) in tensors)
        {
            foreach (float value in values)
            {
                switch (type)
                {
                    case "F32":
                        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                        break;
                    case "F16":
                        BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                        break;
                    default:
                        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)((BitConverter.SingleToUInt32Bits(value) + 0x8000) >> 16));
                        break;
                }

                stream.Write(bytes, 0, size);
            }
        }
    }

    private JsonObject MakeConfig()
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("ForTests"),
            ["hidden_act"] = "silu",
            ["hidden_size"] = 64,
            ["intermediate_size"] = 160,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["vocab_size"] = Vocabulary,
            ["rms_norm_eps"] = 1e-5,
            ["max_position_embeddings"] = 512,
            ["rope_theta"] = 10000.0,
            ["torch_dtype"] = "bfloat16",
            ["bos_token_id"] = IsByteLevel ? null : 1,
            ["eos_token_id"] = IsByteLevel ? new JsonArray(IdOf("<|end|>"), IdOf("<|stop|>")) : 2,
        };
        switch (Family)
        {
            case "llama2":
                config["model_type"] = "llama";
                config["rope_scaling"] = new JsonObject { ["type"] = "linear", ["factor"] = 2.0 };
                break;
            case "llama3":
                config["model_type"] = "llama";
                config["attention_bias"] = true;
                config["mlp_bias"] = true;
                config["rope_theta"] = 500000.0;
                config["rope_scaling"] = new JsonObject
                {
                    ["rope_type"] = "llama3", ["factor"] = 8.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 128,
                };
                break;
            case "mistral":
                config["model_type"] = "mistral";
                config["sliding_window"] = 48;
                break;
            case "qwen2":
                config["model_type"] = "qwen2";
                config["tie_word_embeddings"] = true;
                config["use_sliding_window"] = false;
                config["sliding_window"] = 128;
                config["max_window_layers"] = 2;
                config["rope_theta"] = 1000000.0;
                break;
            default:
                config["model_type"] = "qwen3";
                config["head_dim"] = 32;
                config["attention_bias"] = false;
                config["rope_parameters"] = new JsonObject
                {
                    ["rope_theta"] = 1000000, ["rope_type"] = "yarn", ["factor"] = 4.0, ["original_max_position_embeddings"] = 128,
                };
                break;
        }

        return config;
    }

    private void MakeTensors()
    {
        int Whole(string name) => Config[name]!.GetValue<int>();
        int d = Whole("hidden_size");
        int heads = Whole("num_attention_heads");
        int width = Config["head_dim"]?.GetValue<int>() ?? d / heads;
        int hw = heads * width;
        int gw = Whole("num_key_value_heads") * width;
        int ff = Whole("intermediate_size");
        bool isBiased = Config["attention_bias"]?.GetValue<bool>() ?? Family == "qwen2";
        Add("model.embed_tokens.weight", 1f, Vocabulary, d);
        for (int layer = 0; layer < Whole("num_hidden_layers"); layer++)
        {
            string prefix = $"model.layers.{layer}.";
            AddGain(prefix + "input_layernorm.weight", d);
            foreach ((string name, int rows, int columns) in new[] { ("q", hw, d), ("k", gw, d), ("v", gw, d), ("o", d, hw) })
            {
                Add($"{prefix}self_attn.{name}_proj.weight", 1f / MathF.Sqrt(columns), rows, columns);
                if (isBiased && (name != "o" || Family != "qwen2"))
                {
                    Add($"{prefix}self_attn.{name}_proj.bias", 0.2f, rows);
                }
            }

            if (Family == "qwen3")
            {
                AddGain(prefix + "self_attn.q_norm.weight", width);
                AddGain(prefix + "self_attn.k_norm.weight", width);
            }

            AddGain(prefix + "post_attention_layernorm.weight", d);
            foreach ((string name, int rows, int columns) in new[] { ("gate", ff, d), ("up", ff, d), ("down", d, ff) })
            {
                Add($"{prefix}mlp.{name}_proj.weight", 1f / MathF.Sqrt(columns), rows, columns);
                if (Config["mlp_bias"]?.GetValue<bool>() == true)
                {
                    Add($"{prefix}mlp.{name}_proj.bias", 0.2f, rows);
                }
            }
        }

        AddGain("model.norm.weight", d);
        if (Config["tie_word_embeddings"]?.GetValue<bool>() != true)
        {
            Add("lm_head.weight", 4f / MathF.Sqrt(d), Vocabulary, d);
        }
    }

    // Normal deviates, now and then an outlier.
    private void Add(string name, float spread, params int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (product, side) => product * side)];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            double deviate = radius * Math.Cos(2 * Math.PI * _random.NextDouble());
            values[i] = (float)(deviate * spread * (_random.Next(500) == 0 ? 4 : 1));
        }

        Tensors.Add((name, shape, values));
    }

    private void AddGain(string name, int count) =>
        Tensors.Add((name, [count], [.. Enumerable.Range(0, count).Select(_ => (float)(0.5 + _random.NextDouble()))]));

    private int IdOf(string added) =>
        ((JsonArray)Tokenizer["added_tokens"]!).First(token => token!["content"]!.GetValue<string>() == added)!["id"]!.GetValue<int>();

    private string Template() => IsByteLevel
        ? "{%- for message in messages %}{{ '<|start|>' + message['role'] + '\\n' + message['content'] + '<|stop|>' + '\\n' }}{% endfor %}"
            + "{%- if add_generation_prompt %}{{ '<|start|>assistant\\n' }}{% endif %}"
        : "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] | trim + ' [/INST]' }}"
            + "{% elif message['role'] == 'assistant' %}{{ ' ' + message.content + eos_token }}{% else %}{{ raise_exception('Only user and assistant.') }}{% endif %}{% endfor %}";

    private static JsonObject Token(int id, string content, bool isSpecial, bool takesLeft = false, bool takesRight = false) => new()
    {
        ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = takesLeft, ["rstrip"] = takesRight, ["normalized"] = false, ["special"] = isSpecial,
    };

    private JsonObject ByteLevelTokenizer()
    {
        var vocabulary = new List<string>();
        for (int value = 0; value < 256; value++)
        {
            vocabulary.Add(Letters([(byte)value]));
        }

        IEnumerable<string> words = Corpus.Split(' ').Select((word, index) => index == 0 ? word : " " + word);
        List<(string, string)> merges = Train(words.Select(word => Letters(Encoding.UTF8.GetBytes(word)).Select(letter => $"{letter}").ToList()), 150, vocabulary);
        int next = vocabulary.Count;
        string digits = Family == "llama3" ? @"\p{N}{1,3}" : @"\p{N}";
        string pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + digits + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(
                Token(next, "<|start|>", true), Token(next + 1, "<|end|>", true), Token(next + 2, "<|stop|>", true), Token(next + 3, "<tool>", false, true, true)),
            ["normalizer"] = Family == "llama3" ? null : new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false },
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false }),
            },
            ["post_processor"] = Family != "llama3"
                ? new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false }
                : new JsonObject
                {
                    ["type"] = "Sequence",
                    ["processors"] = new JsonArray(
                        new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = false, ["use_regex"] = true },
                        TemplateOf("<|start|>", next)),
                },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true },
            ["model"] = Model(vocabulary, merges, Family == "llama3", fallsBack: false, unknown: null, asPairs: Family == "qwen3"),
        };
    }

    private JsonObject SentencePieceTokenizer()
    {
        var vocabulary = new List<string> { "<unk>", "<s>", "</s>" };
        for (int value = 0; value < 256; value++)
        {
            vocabulary.Add($"<0x{value:X2}>");
        }

        string text = "\u2581" + Corpus.Replace(' ', '\u2581');
        vocabulary.AddRange(text.EnumerateRunes().Select(rune => rune.ToString()).Distinct().Where(letter => letter is not ("界" or "\n")));
        IEnumerable<List<string>> words = text.Split('\u2581', '\n', '界').Where(word => word.Length > 0)
            .Select(word => ("\u2581" + word).EnumerateRunes().Select(rune => rune.ToString()).ToList());
        List<(string, string)> merges = Train(words, 150, vocabulary);
        JsonObject lowLine = new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "\u2581" };
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(Token(0, "<unk>", true), Token(1, "<s>", true), Token(2, "</s>", true)),
            ["normalizer"] = Family != "llama2" ? null : new JsonObject
            {
                ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "Prepend", ["prepend"] = "\u2581" }, lowLine),
            },
            ["pre_tokenizer"] = Family == "llama2" ? null : new JsonObject
            {
                ["type"] = "Metaspace", ["replacement"] = "\u2581", ["prepend_scheme"] = "first", ["split"] = false,
            },
            ["post_processor"] = TemplateOf("<s>", 1),
            ["decoder"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["decoders"] = new JsonArray(
                    new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "\u2581" }, ["content"] = " " },
                    new JsonObject { ["type"] = "ByteFallback" },
                    new JsonObject { ["type"] = "Fuse" },
                    new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
            },
            ["model"] = Model(vocabulary, merges, ignoresMerges: false, fallsBack: true, unknown: "<unk>", asPairs: false),
        };
    }

    private static JsonObject TemplateOf(string name, int id) => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray(
            new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } },
            new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }),
        ["pair"] = new JsonArray(
            new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } },
            new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "B", ["type_id"] = 1 } }),
        ["special_tokens"] = new JsonObject { [name] = new JsonObject { ["id"] = name, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(name) } },
    };

    private static JsonObject Model(List<string> vocabulary, List<(string, string)> merges, bool ignoresMerges, bool fallsBack, string? unknown, bool asPairs)
    {
        var ids = new JsonObject();
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ids[vocabulary[id]] = id;
        }

        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = unknown,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = unknown is not null,
            ["byte_fallback"] = fallsBack,
            ["ignore_merges"] = ignoresMerges,
            ["vocab"] = ids,
            ["merges"] = new JsonArray([.. merges.Select(pair => asPairs ? (JsonNode)new JsonArray(pair.Item1, pair.Item2) : $"{pair.Item1} {pair.Item2}")]),
        };
    }

    /// <summary>The most frequent pair becomes a token, again and again; of equals the first in order.</summary>
    private static List<(string, string)> Train(IEnumerable<List<string>> words, int count, List<string> vocabulary)
    {
        List<List<string>> corpus = [.. words];
        var merges = new List<(string, string)>();
        while (merges.Count < count)
        {
            ((string A, string B) pair, int uses) = corpus.SelectMany(word => word.Zip(word.Skip(1)))
                .CountBy(pair => pair)
                .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.First, StringComparer.Ordinal).ThenBy(entry => entry.Key.Second, StringComparer.Ordinal)
                .Select(entry => (entry.Key, entry.Value)).FirstOrDefault();
            if (uses < 2)
            {
                break;
            }

            merges.Add(pair);
            if (!vocabulary.Contains(pair.A + pair.B))
            {
                vocabulary.Add(pair.A + pair.B);
            }

            foreach (List<string> word in corpus)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == pair.A && word[i + 1] == pair.B)
                    {
                        word[i] += pair.B;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }

    private static string Letters(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
        {
            bool isPrintable = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            int shift = value < 0x21 ? value : value < 0xA1 ? value - 0x7F + 0x21 : 0x43;
            text.Append(isPrintable ? (char)value : (char)(0x100 + shift));
        }

        return text.ToString();
    }
}
