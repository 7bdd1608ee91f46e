using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Ait.Engine.Tests.Importing;

/// <summary>Files that are broken or hostile are refused with file, place, expected and found, and leave nothing behind.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-hostile-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Checkpoint => Path.Combine(_folder, "checkpoint");

    private string Artifact => Path.Combine(_folder, "model.ait");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(Checkpoint, name);

    private EngineRefusal Refused()
    {
        Assert.False(ModelArtifact.TryImport(Checkpoint, Artifact, null, null, Cancellation, out _, out EngineRefusal? refusal));
        Assert.Equal(["checkpoint"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Where(name => name != "model.ait"));
        Assert.False(File.Exists(Artifact));
        Assert.NotEqual("", refusal.Expected);
        Assert.NotEqual(refusal.Expected, refusal.Found);
        return refusal;
    }

    private static void Rewrite(string path, Action<JsonObject> change)
    {
        var json = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!; // What the maker wrote.
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    /// <summary>Replaces the header of a safetensors file, the data staying as it is.</summary>
    private static void Reheader(string path, Func<string, string> change)
    {
        byte[] file = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(file, 8, length)));
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        File.WriteAllBytes(path, [.. prefix, .. header, .. file.AsSpan(8 + length)]);
    }

    public static TheoryData<string, EngineRefusalCode, Action<JsonObject>> Configs() => new()
    {
        { "model_type", EngineRefusalCode.ModelNotSupported, json => json["model_type"] = "mixtral" },
        { "model_type", EngineRefusalCode.ModelNotSupported, json => json.Remove("model_type") },
        { "hidden_act", EngineRefusalCode.ModelNotSupported, json => json["hidden_act"] = "gelu" },
        { "quantization_config", EngineRefusalCode.ModelNotSupported, json => json["quantization_config"] = new JsonObject() },
        { "partial_rotary_factor", EngineRefusalCode.ModelNotSupported, json => json["partial_rotary_factor"] = 0.5 },
        { "rope_type", EngineRefusalCode.ModelNotSupported, json => json["rope_scaling"] = new JsonObject { ["rope_type"] = "longrope" } },
        { "rope_type", EngineRefusalCode.ModelNotSupported, json => json["rope_scaling"] = new JsonObject { ["type"] = "dynamic", ["factor"] = 2 } },
        { "factor", EngineRefusalCode.MalformedFile, json => json["rope_scaling"] = new JsonObject { ["type"] = "linear" } },
        { "rope_theta", EngineRefusalCode.MalformedFile, json => json["rope_theta"] = 10000.5 },
        { "rope_theta", EngineRefusalCode.MalformedFile, json => json["rope_theta"] = -1 },
        { "hidden_size", EngineRefusalCode.MalformedFile, json => json["hidden_size"] = 0 },
        { "hidden_size", EngineRefusalCode.MalformedFile, json => json["hidden_size"] = "64" },
        { "hidden_size", EngineRefusalCode.MalformedFile, json => json["hidden_size"] = 1e30 },
        { "hidden_size", EngineRefusalCode.MalformedFile, json => json.Remove("hidden_size") },
        { "num_hidden_layers", EngineRefusalCode.MalformedFile, json => json["num_hidden_layers"] = 1_000_000 },
        { "num_attention_heads", EngineRefusalCode.MalformedFile, json => json["num_attention_heads"] = 0 },
        { "key/value heads", EngineRefusalCode.ModelNotSupported, json => json["num_key_value_heads"] = 3 },
        { "feed-forward", EngineRefusalCode.ModelNotSupported, json => json["intermediate_size"] = 150 },
        { "norm epsilon", EngineRefusalCode.ModelNotSupported, json => json["rms_norm_eps"] = 0 },
        { "vocab_size", EngineRefusalCode.MalformedFile, json => json["vocab_size"] = int.MaxValue },
        { "eos_token_id", EngineRefusalCode.MalformedFile, json => json["eos_token_id"] = new JsonArray(1, -4) },
        { "layer_types", EngineRefusalCode.ModelNotSupported, json => json["layer_types"] = new JsonArray("full_attention", "sliding_attention") },
        { "layer_types", EngineRefusalCode.MalformedFile, json => json["layer_types"] = new JsonArray("full_attention") },
        { "model.embed_tokens.weight", EngineRefusalCode.TensorUnfit, json => json["hidden_size"] = 128 },
        { "model.layers.1", EngineRefusalCode.TensorUnfit, json => json["num_hidden_layers"] = 1 },
        { "model.layers.2", EngineRefusalCode.TensorUnfit, json => json["num_hidden_layers"] = 3 },
    };

    [Theory]
    [MemberData(nameof(Configs))]
    public void Import_refusesAConfigurationThatDoesNotFit(string what, EngineRefusalCode code, Action<JsonObject> change)
    {
        CheckpointMaker.Make("mistral").Write(Checkpoint);
        Rewrite(In("config.json"), change);
        EngineRefusal refusal = Refused();
        Assert.Equal(code, refusal.Code);
        Assert.Contains(what, refusal.What, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, Func<string, string>> Headers() => new()
    {
        { "offset 22", "JSON", header => header[1..] },
        { "offset", "JSON", header => header.Replace("\"shape\"", "\"shape", StringComparison.Ordinal) },
        { "offset 8", "an object", _ => "[]" },
        { "offset 8", "dtype, shape", header => header.Replace("\"dtype\"", "\"type\"", StringComparison.Ordinal) },
        { "offset 8", "a dtype of the format", header => header.Replace("\"BF16\"", "\"BF17\"", StringComparison.Ordinal) },
        { "offset", "bytes by its shape", header => header.Replace("\"BF16\"", "\"F32\"", StringComparison.Ordinal) },
        { "offset 8", "ascending data_offsets", header => header.Replace("\"data_offsets\":[0,", "\"data_offsets\":[-1,", StringComparison.Ordinal) },
        { "offset 8", "ascending data_offsets", header => header.Replace("\"data_offsets\":[0,", "\"data_offsets\":[999999999999,", StringComparison.Ordinal) },
        { "offset 8", "a shape whose product", header => header.Replace(",64]", ",9223372036854775807]", StringComparison.Ordinal) },
        { "offset 8", "a shape whose product", header => header.Replace(",64]", ",-64]", StringComparison.Ordinal) },
        { "offset 8", "__metadata__", header => header.Replace("\"pt\"", "{}", StringComparison.Ordinal) },
        { "model.norm.weight", "64 of F32", header => header.Replace("model.norm.weight", "model.nirm.weight", StringComparison.Ordinal).Replace("lm_head.weight", "model.norm.weight", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Import_refusesASafetensorsHeaderThatLies(string place, string expected, Func<string, string> change)
    {
        CheckpointMaker.Make("mistral").Write(Checkpoint);
        Reheader(In("model.safetensors"), change);
        EngineRefusal refusal = Refused();
        Assert.Contains(refusal.Code, new[] { EngineRefusalCode.MalformedFile, EngineRefusalCode.TensorUnfit });
        Assert.True(
            (refusal.What.Contains(place, StringComparison.Ordinal) && refusal.Expected.Contains(expected, StringComparison.Ordinal))
                || refusal.Code == EngineRefusalCode.TensorUnfit,
            $"{refusal}");
    }

    [Fact]
    public void Import_refusesOverlapsHolesAndTrailingBytes()
    {
        CheckpointMaker maker = CheckpointMaker.Make("mistral");
        maker.Write(Checkpoint);
        byte[] file = File.ReadAllBytes(In("model.safetensors"));
        File.WriteAllBytes(In("model.safetensors"), [.. file, 0]);
        Assert.Equal("1 bytes of no tensor", Refused().Found);
        File.WriteAllBytes(In("model.safetensors"), file[..^1]);
        Assert.Equal(EngineRefusalCode.MalformedFile, Refused().Code);
        File.WriteAllBytes(In("model.safetensors"), file[..7]);
        Assert.Contains("model.safetensors, offset 0", Refused().What, StringComparison.Ordinal);
        File.WriteAllBytes(In("model.safetensors"), [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. file.AsSpan(8)]);
        Assert.Equal(EngineRefusalCode.FileTooLarge, Refused().Code);
        // Two tensors of one size in one place: the place of the second is a hole.
        File.WriteAllBytes(In("model.safetensors"), file);
        Reheader(In("model.safetensors"), header =>
        {
            var json = (JsonObject)JsonNode.Parse(header)!; // What the maker wrote.
            json["model.layers.1.mlp.up_proj.weight"]!["data_offsets"] = json["model.layers.1.mlp.gate_proj.weight"]!["data_offsets"]!.DeepClone();
            return json.ToJsonString();
        });
        Assert.Contains("overlaps", Refused().Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)]
    public void Import_refusesAWeightThatIsNoNumberWithItsPlace(float bad)
    {
        CheckpointMaker maker = CheckpointMaker.Make("qwen3");
        float[] values = maker.Tensors.Single(tensor => tensor.Name == "model.layers.1.mlp.down_proj.weight").Values;
        values[777] = bad;
        maker.Write(Checkpoint, "F32");
        byte[] pattern = BitConverter.GetBytes(bad);
        EngineRefusal refusal = Refused();
        Assert.Equal(EngineRefusalCode.WeightOutOfRange, refusal.Code);
        Assert.EndsWith("model.layers.1.mlp.down_proj.weight", refusal.What, StringComparison.Ordinal);
        int offset = int.Parse(refusal.What.Split("offset ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(pattern, File.ReadAllBytes(In("model.safetensors")).AsSpan(offset, 4).ToArray());
    }

    [Theory]
    [InlineData("../model-00001-of-00002.safetensors")]
    [InlineData("/etc/hostname.safetensors")]
    [InlineData("model.bin")]
    [InlineData("")]
    public void Import_opensNothingOutsideTheFolder(string file)
    {
        CheckpointMaker.Make("mistral").Write(Checkpoint, shards: 2);
        Rewrite(In("model.safetensors.index.json"), json => json["weight_map"]!["model.norm.weight"] = file);
        EngineRefusal refusal = Refused();
        Assert.Equal((EngineRefusalCode.MalformedFile, "model.safetensors.index.json: model.norm.weight"), (refusal.Code, refusal.What));
    }

    [Fact]
    public void Import_refusesAnIndexThatDoesNotMatchItsShards()
    {
        CheckpointMaker.Make("mistral").Write(Checkpoint, shards: 2);
        string index = File.ReadAllText(In("model.safetensors.index.json"));
        Rewrite(In("model.safetensors.index.json"), json => json["weight_map"]!["more.weight"] = "model-00001-of-00002.safetensors");
        Assert.Equal(EngineRefusalCode.TensorUnfit, Refused().Code);
        File.WriteAllText(In("model.safetensors.index.json"), index);
        Rewrite(In("model.safetensors.index.json"), json => ((JsonObject)json["weight_map"]!).Remove("model.norm.weight"));
        Assert.Equal(EngineRefusalCode.MalformedFile, Refused().Code);
        File.WriteAllText(In("model.safetensors.index.json"), index);
        File.Delete(In("model-00002-of-00002.safetensors"));
        Assert.Equal((EngineRefusalCode.FileUnreadable, "model-00002-of-00002.safetensors"), (Refused().Code, Refused().What));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public void Import_namesTheFileThatIsMissing(string file)
    {
        CheckpointMaker.Make("qwen2").Write(Checkpoint);
        File.Delete(In(file));
        EngineRefusal refusal = Refused();
        Assert.Equal(EngineRefusalCode.FileUnreadable, refusal.Code);
        Assert.Contains(file, $"{refusal.What} {refusal.Expected}", StringComparison.Ordinal);
    }

    [Fact]
    public void Import_refusesFilesThatAreTooLarge()
    {
        CheckpointMaker.Make("qwen2").Write(Checkpoint);
        using (FileStream config = File.OpenWrite(In("config.json")))
        {
            config.SetLength(EngineLimits.MaxConfigBytes + 1);
        }

        Assert.Equal((EngineRefusalCode.FileTooLarge, "config.json"), (Refused().Code, Refused().What));
    }

    [Fact]
    public void Import_takesAnyMutationOrRefusesIt()
    {
        var random = new Random(11);
        CheckpointMaker maker = CheckpointMaker.Make("llama3");
        maker.Write(Checkpoint, "F16", shards: 2);
        string[] files = ["config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "tokenizer_config.json", "generation_config.json"];
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            string path = In(files[i % files.Length]);
            byte[] original = File.ReadAllBytes(path);
            byte[] changed = [.. original];
            // In a safetensors file mostly the header.
            int reach = random.Next(4) > 0 ? Math.Min(changed.Length, 1500) : changed.Length;
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                changed[random.Next(reach)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, random.Next(8) == 0 ? changed[..random.Next(changed.Length)] : changed);
            bool isMade = ModelArtifact.TryImport(Checkpoint, Artifact, null, null, Cancellation, out _, out EngineRefusal? refusal);
            refused += isMade ? 0 : 1;
            Assert.Equal(isMade, File.Exists(Artifact));
            Assert.True(isMade || refusal!.Expected != refusal.Found);
            File.Delete(Artifact);
            File.WriteAllBytes(path, original);
        }

        Assert.InRange(refused, 100, 300);
        Assert.Equal(["checkpoint"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Open_refusesEveryChangedByte()
    {
        CheckpointMaker.Make("qwen3").Write(Checkpoint);
        Assert.True(ModelArtifact.TryImport(Checkpoint, Artifact, null, null, Cancellation, out _, out _));
        byte[] original = File.ReadAllBytes(Artifact);
        var random = new Random(2);
        foreach (int at in Enumerable.Range(0, 16).Concat(Enumerable.Range(0, 150).Select(_ => random.Next(original.Length))).Append(original.Length - 1))
        {
            byte[] changed = [.. original];
            changed[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Artifact, changed);
            Assert.False(ModelArtifact.TryOpen(Artifact, Cancellation, out _, out EngineRefusal? refusal), $"byte {at}");
            Assert.NotEqual(refusal.Expected, refusal.Found);
        }
    }

    [Fact]
    public void Open_refusesTruncationsAndTrailingBytes()
    {
        CheckpointMaker.Make("qwen2").Write(Checkpoint);
        Assert.True(ModelArtifact.TryImport(Checkpoint, Artifact, null, null, Cancellation, out _, out _));
        byte[] original = File.ReadAllBytes(Artifact);
        foreach (int length in new[] { 0, 7, 8, 15, 16, 100, original.Length / 2, original.Length - 1 })
        {
            File.WriteAllBytes(Artifact, original[..length]);
            Assert.False(ModelArtifact.TryOpen(Artifact, Cancellation, out _, out _), $"{length}");
            Assert.False(ModelArtifact.TryRead(Artifact, out _, out EngineRefusal? refusal));
            Assert.Contains("model.ait", refusal.What, StringComparison.Ordinal);
        }

        File.WriteAllBytes(Artifact, [.. original, 0]);
        Assert.False(ModelArtifact.TryOpen(Artifact, Cancellation, out _, out EngineRefusal? trailing));
        Assert.Equal((EngineRefusalCode.MalformedFile, "model.ait: length"), (trailing.Code, trailing.What));
        Assert.False(ModelArtifact.TryOpen(Path.Combine(_folder, "nowhere"), Cancellation, out _, out trailing));
        Assert.Equal(EngineRefusalCode.FileUnreadable, trailing.Code);
    }
}
