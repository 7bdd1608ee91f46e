using System.Text.Json;
using Ait.Chain.Contracts;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Exchanging;

/// <summary>Uniswap V2's contracts as their npm packages publish them, compiled. They are deployed unchanged and are no part of this program.</summary>
internal sealed class UniswapArtifact
{
    private const long MostBytes = 16 * 1024 * 1024;
    private readonly string _packages;

    internal UniswapArtifact(string contractsFolder) => _packages = Path.Combine(contractsFolder, "node_modules", "@uniswap");

    internal ContractArtifact Factory => Load("v2-core", "UniswapV2Factory");

    internal ContractArtifact Pair => Load("v2-core", "UniswapV2Pair");

    internal ContractArtifact Router => Load("v2-periphery", "UniswapV2Router02");

    internal ContractArtifact WrappedCoin => Load("v2-periphery", "WETH9");

    private ContractArtifact Load(string package, string name)
    {
        string path = Path.Combine(_packages, package, "build", name + ".json");
        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                throw new SurroundingsException($"{path} is larger than {MostBytes} bytes. Install the packages again: remove contracts/node_modules and run tests/prepare-contracts.");
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;

            // The packages' form differs from ours: the creation code without 0x, no name.
            string code = root.GetProperty("bytecode").GetString() ?? "";
            return ContractArtifact.Parse(JsonSerializer.Serialize(new
            {
                contractName = name,
                abi = root.GetProperty("abi"),
                bytecode = code.StartsWith("0x", StringComparison.Ordinal) ? code : "0x" + code,
            }));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SurroundingsException($"Uniswap's contracts are not installed ({path} is missing). Run tests/prepare-contracts.", fault);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SurroundingsException($"{path} is not a compiled contract ({fault.Message}). Remove contracts/node_modules and run tests/prepare-contracts.", fault);
        }
    }
}
