using System.Text.Json;
using Ait.Chain;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Deploying;

/// <summary>Where the contracts of one network are: the content of deployment.json.</summary>
internal sealed record Deployment(
    ulong ChainId,
    ulong BlockNumber,
    Address DeviceRegistry,
    Address MiningRegistry,
    Address Token,
    Address DcapVerifier,
    Address CertificateCache,
    Address SnpVerifier,
    Address NvidiaVerifier,
    Address Governor,
    Address Coordinator,
    string Profile,
    DeploymentRoots? Roots)
{
    internal const string Development = "development";
    internal const string Production = "production";
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal string ToJson() => JsonSerializer.Serialize(this, s_options);

    /// <summary>Writes the file whole or not at all.</summary>
    internal void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        string next = path + ".next";
        File.WriteAllText(next, ToJson() + "\n");
        File.Move(next, path, overwrite: true);
    }

    internal static Deployment Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Deployment>(File.ReadAllText(path), s_options) ?? throw new JsonException("null");
        }
        catch (FileNotFoundException fault)
        {
            throw new SurroundingsException($"{path} does not exist. Deploy with `ait deploy` or start a network with `ait up`.", fault);
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            throw new SurroundingsException($"{path} is not a deployment file: {fault.Message}", fault);
        }
    }
}
