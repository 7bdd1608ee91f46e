using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Launching;

/// <summary>
/// The models of a local network: the demonstration model, trained by the engine from a seed (<c>make model</c>), with its benchmark
/// entry for the coordinator, and the folder in which the miners find its weights and the data of its training.
/// </summary>
internal static class ModelsFile
{
    /// <summary>
    /// The benchmark table's entry for the demonstration model: CU are an amount of work, fixed per token of a model. So small
    /// that the least duration of a task, which miners wait for, is a few milliseconds.
    /// </summary>
    internal const uint MicroComputeUnitsPerToken = 30;

    /// <summary>Writes the coordinator's table and the miners' folder.</summary>
    internal static void Write(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Installation.DemoModel, Path.Combine(folder, "demo.ait"), overwrite: true);
        TrainingData data = DemoTraining.Data();
        File.WriteAllBytes(Path.Combine(folder, $"{data.Digest}.axd"), data.ToBytes());
        ModelDescriptor model = Describe();
        var models = new JsonArray(new JsonObject
        {
            ["name"] = "demo",
            ["descriptor"] = Hex.Encode(model.ToBytes()),
            ["digest"] = Hex.Encode(model.Digest.ToBytes()),
            ["microComputeUnitsPerToken"] = MicroComputeUnitsPerToken,
            ["artifact"] = Path.GetFullPath(Path.Combine(folder, "demo.ait")),
        });
        File.WriteAllText(path, models.ToJsonString());
    }

    /// <summary>What the demonstration model is.</summary>
    internal static ModelDescriptor Describe() => ModelArtifact.TryRead(Installation.DemoModel, out ModelDescriptor? descriptor, out EngineRefusal? refusal)
        ? descriptor
        : throw new SurroundingsException($"the demonstration model {Installation.DemoModel} is refused: {refusal}. Restore the file, or make it again with `make model`.");
}
