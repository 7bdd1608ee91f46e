using System.Text.Json;
using Ait.Chain;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Exchanging;

/// <summary>Where AIT trades on one chain: the content of dex.json.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Token">The AIToken.</param>
/// <param name="WrappedCoin">The chain's coin as an ERC-20 (WETH9).</param>
/// <param name="Factory">UniswapV2Factory.</param>
/// <param name="Router">UniswapV2Router02.</param>
/// <param name="Pair">The pool of both.</param>
internal sealed record Exchange(ulong ChainId, Address Token, Address WrappedCoin, Address Factory, Address Router, Address Pair)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal string ToJson() => JsonSerializer.Serialize(this, s_options);

    /// <summary>Writes the file whole or not at all.</summary>
    internal void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        File.WriteAllText(path + ".next", ToJson() + "\n");
        File.Move(path + ".next", path, overwrite: true);
    }

    internal static Exchange Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Exchange>(File.ReadAllText(path), s_options) ?? throw new JsonException("null");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SurroundingsException($"AIT trades nowhere yet: {path} does not exist. Run `ait dex deploy`, or `ait dex attach ROUTER` where Uniswap V2 is.", fault);
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            throw new SurroundingsException($"{path} is not the record of an exchange: {fault.Message}", fault);
        }
    }
}
