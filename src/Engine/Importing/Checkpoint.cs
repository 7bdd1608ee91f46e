using System.Text.Json;

namespace Ait.Engine.Importing;

/// <summary>A checkpoint in the Hugging Face layout: config.json, one safetensors file or an index of shards. Only headers are read.</summary>
internal sealed class Checkpoint : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly List<TensorFile> _files = [];
    private readonly Dictionary<string, Tensor> _tensors = [];

    private Checkpoint(string folder, CheckpointConfig config)
    {
        Folder = folder;
        Config = config;
    }

    public string Folder { get; }

    public CheckpointConfig Config { get; }

    public static Checkpoint Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw JsonFile.Fault(EngineRefusalCode.FileUnreadable, folder, "a folder with config.json and safetensors", "no such folder");
        }

        CheckpointConfig config;
        using (JsonFile json = JsonFile.Open(folder, "config.json", EngineLimits.MaxConfigBytes))
        {
            config = CheckpointConfig.Read(json);
        }

        var checkpoint = new Checkpoint(folder, config);
        try
        {
            checkpoint.OpenTensors();
            TensorNames.Check(checkpoint._tensors, config);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The matrix of that name; refused if it is missing or of another shape.</summary>
    public TensorReader Matrix(string name, int rows, int columns) => Reader(name, 2, rows, columns);

    /// <summary>The vector of that name; refused if it is missing or of another length.</summary>
    public float[] Vector(string name, int count)
    {
        float[] values = new float[count];
        Reader(name, 1, 1, count).Read(0, values);
        return values;
    }

    public void Dispose()
    {
        foreach (TensorFile file in _files)
        {
            file.Dispose();
        }
    }

    private TensorReader Reader(string name, int dimensions, int rows, int columns)
    {
        string expected = dimensions == 2 ? $"{rows} × {columns} of F32, F16 or BF16" : $"{columns} of F32, F16 or BF16";
        if (!_tensors.TryGetValue(name, out Tensor? tensor))
        {
            throw JsonFile.Fault(EngineRefusalCode.TensorUnfit, name, expected, "no such tensor");
        }

        return tensor.Type != TensorType.Other && tensor.Dimensions == dimensions && tensor.Rows == rows && tensor.Columns == columns
            ? new TensorReader(tensor)
            : throw JsonFile.Fault(EngineRefusalCode.TensorUnfit, $"{tensor.File.Name}: {name}", expected, $"{tensor.Shape} of {tensor.Type}");
    }

    private void OpenTensors()
    {
        if (File.Exists(Path.Combine(Folder, SingleFile)))
        {
            Add(SingleFile);
            return;
        }

        using JsonFile index = JsonFile.OpenIfThere(Folder, IndexFile, EngineLimits.MaxIndexBytes)
            ?? throw JsonFile.Fault(EngineRefusalCode.FileUnreadable, Folder, $"{SingleFile} or {IndexFile}", "neither");
        if (!index.Root.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
        {
            throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{IndexFile}: weight_map", "an object of file names", "none");
        }

        var mapped = new Dictionary<string, string>();
        foreach (JsonProperty entry in map.EnumerateObject())
        {
            string file = entry.Value.ValueKind == JsonValueKind.String ? index.TextOf(entry.Value, entry.Name) : "";
            // A name, not a path: nothing outside the folder is opened.
            if (file.Length == 0 || file != Path.GetFileName(file) || file is "." or ".." || file.Contains('\\', StringComparison.Ordinal) || !file.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{IndexFile}: {entry.Name}", "the name of a .safetensors file in the folder", JsonFile.Shown(entry.Value));
            }

            if (mapped.Count == EngineLimits.MaxTensors)
            {
                throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, IndexFile, $"at most {EngineLimits.MaxTensors} tensors", "more");
            }

            mapped.Add(entry.Name, file);
        }

        string[] files = [.. mapped.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (files.Length > EngineLimits.MaxShards)
        {
            throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, IndexFile, $"at most {EngineLimits.MaxShards} files", $"{files.Length}");
        }

        foreach (string file in files)
        {
            Add(file);
        }

        foreach ((string name, Tensor tensor) in _tensors)
        {
            if (!mapped.Remove(name, out string? file) || file != tensor.File.Name)
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{IndexFile}: {name}", $"{tensor.File.Name}, where it is", file ?? "nothing");
            }
        }

        foreach ((string name, string file) in mapped)
        {
            throw JsonFile.Fault(EngineRefusalCode.TensorUnfit, $"{file}: {name}", "the tensor that the index names", "no such tensor");
        }
    }

    private void Add(string name)
    {
        TensorFile file = TensorFile.Open(Folder, name);
        _files.Add(file);
        foreach (Tensor tensor in file.Tensors.Values)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}: {tensor.Name}", "one place for every tensor", $"a second one in {_tensors[tensor.Name].File.Name}");
            }
        }

        if (_tensors.Count > EngineLimits.MaxTensors)
        {
            throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, Folder, $"at most {EngineLimits.MaxTensors} tensors", $"{_tensors.Count}");
        }
    }
}
