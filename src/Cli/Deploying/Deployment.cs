using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Attestation;
using Ait.Audit;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Deploying;

/// <summary>Where the contracts of one network are: the content of deployment.json. The governor is the timelock, in which <c>AitGovernor</c> proposes.</summary>
internal sealed record Deployment(
    ulong ChainId,
    ulong BlockNumber,
    Address DeviceRegistry,
    Address ChallengeRegistry,
    Address AttendanceRegistry,
    Address MiningRegistry,
    Address Token,
    Address DcapVerifier,
    Address CertificateCache,
    Address SnpVerifier,
    Address NvidiaVerifier,
    Address Governor,
    Address Coordinator,
    Address VotingToken,
    Address AitGovernor,
    Address CoordinatorBond,
    Address OperatorBond,
    string Profile,
    DeploymentRoots? Roots)
{
    internal const string Development = "development";
    internal const string Production = "production";
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What an audit of this deployment is about.</summary>
    [JsonIgnore]
    internal AuditScope AuditScope => new(ChainId, BlockNumber, MiningRegistry, DeviceRegistry, Token, CertificateCache, DcapVerifier, NvidiaVerifier);

    /// <summary>The root keys to verify evidence under: those that the file names, else the vendors' own.</summary>
    [JsonIgnore]
    internal TrustRoots TrustRoots => Roots?.ToTrustRoots() ?? TrustRoots.Production;

    /// <summary>Refuses a node of another chain.</summary>
    internal void RequireChain(ChainAccess chain)
    {
        if (chain.ChainId != ChainId)
        {
            throw new SurroundingsException($"the deployment is on chain {ChainId}, the node at {chain.Rpc} serves chain {chain.ChainId}. Name the right node with --rpc.");
        }
    }

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
