using System.Text.Json;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Launching;

/// <summary>What a running local network says about itself in its state folder, so that other commands find it.</summary>
internal sealed record NetworkRecord(Uri Rpc, Uri Coordinator, int Miners)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, s_options));

    /// <summary>Reads the record of a state folder; a sentence when there is none.</summary>
    internal static NetworkRecord Read(StateFolder state)
    {
        try
        {
            return JsonSerializer.Deserialize<NetworkRecord>(File.ReadAllText(state.Network), s_options)
                ?? throw new JsonException("null");
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            throw new SurroundingsException(
                $"no network was started in {state.Path}. Start one with `ait up`, name its folder with --state, or give --rpc and --coordinator.", fault);
        }
    }
}
