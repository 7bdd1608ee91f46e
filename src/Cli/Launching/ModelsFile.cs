using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Engine;

namespace Ait.Cli.Launching;

/// <summary>The models a local network's coordinator schedules: the engine's demonstration model with its benchmark entry.</summary>
internal static class ModelsFile
{
    /// <summary>
    /// The benchmark table's entry for the demonstration model: CU are an amount of work, fixed per token of a model. So small
    /// that a fast processor stays above the least duration that the contract accepts of any class.
    /// </summary>
    internal const uint MicroComputeUnitsPerToken = 30;

    internal static void Write(string path)
    {
        ModelDescriptor model = ModelDescriptor.Demo;
        var models = new JsonArray(new JsonObject
        {
            ["name"] = "demo-random-weights",
            ["descriptor"] = Hex.Encode(model.ToBytes()),
            ["digest"] = Hex.Encode(model.Digest.ToBytes()),
            ["microComputeUnitsPerToken"] = MicroComputeUnitsPerToken,
        });
        File.WriteAllText(path, models.ToJsonString());
    }
}
