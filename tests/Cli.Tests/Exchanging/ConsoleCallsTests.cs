using System.Text.RegularExpressions;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Cli.Exchanging;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Exchanging;

/// <summary>What the browser console asks a wallet for, against the contracts that it asks.</summary>
public sealed partial class ConsoleCallsTests
{
    [Fact]
    public void Selectors_areThoseOfTheContracts()
    {
        RequireUniswap();
        ContractAbi[] contracts = [.. new[] { "MiningRegistry", "AIToken", "VotingToken", "AitGovernor" }.Select(name => ContractArtifact.Load(name).Abi), Uniswap.Router.Abi];
        string source = File.ReadAllText(Path.Combine(Installation.ConsoleFolder, "src", "abi.ts"));
        (string Signature, string Selector)[] written = [.. Selectors().Matches(source).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];
        Assert.True(written.Length >= 16, $"only {written.Length} selectors were read from abi.ts");
        foreach ((string signature, string selector) in written)
        {
            AbiFunction function = contracts.SelectMany(abi => abi.Functions).First(candidate => candidate.Signature == signature);
            Assert.Equal(function.Selector.ToString(), selector);
        }
    }

    [Fact]
    public void Pair_isAskedAsThePublishedContractAnswers()
    {
        RequireUniswap();
        ContractAbi published = Uniswap.Pair.Abi;
        foreach (AbiFunction function in ContractAbi.Parse(PairContract.Interface).Functions)
        {
            AbiFunction found = published.Function(function.Signature);
            Assert.Equal(found.Outputs.Select(output => output.Type.Name), function.Outputs.Select(output => output.Type.Name));
        }
    }

    private static UniswapArtifact Uniswap => new(Installation.ContractsFolder);

    private static void RequireUniswap() => Assert.SkipUnless(
        Directory.Exists(Path.Combine(Installation.ContractsFolder, "node_modules", "@uniswap")), "Uniswap's packages are not installed: run tests/prepare-contracts");

    [GeneratedRegex("'([A-Za-z]+\\([a-z0-9,\\[\\]]*\\))': '(0x[0-9a-f]{8})'")]
    private static partial Regex Selectors();
}
