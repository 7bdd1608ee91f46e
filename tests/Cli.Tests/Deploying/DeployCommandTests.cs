using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;

namespace Ait.Cli.Tests.Deploying;

/// <summary>`ait deploy` against a real node.</summary>
public sealed class DeployCommandTests
{
    private const string Measurement = "f21617d3088bf1cfaab6e0b476e6fe35ee834e0ba1428a5731ec894dd3e857f6762d956200b541c4cbc3ac408161682c";
    private const string Floor = "Genoa=0a00000000001754";
    private const ulong DevChainId = 31337;

    [Fact]
    public async Task Deploy_putsEveryContractOnAProductionChainOnceAndPinsOnlyTheProductsWithAFloor()
    {
        using var folder = new ScratchFolder();
        using DevNode node = await DevNode.StartAsync(folder, DevChainId);
        string[] arguments = await ArgumentsAsync(folder, node, funded: true, "--measurement", Measurement, "--tcb-floor", Floor);

        CommandRun first = await CommandRun.OfAsync(arguments);
        Assert.True(first.ExitCode == 0, first.Errors);
        JsonObject answer = first.JsonLines()[^1];
        Assert.Equal("production", (string?)answer["deployment"]!["profile"]);
        Assert.NotEmpty(answer["contracts"]!.AsArray());

        using ChainAccess chain = await node.OpenAsync();
        using Secp256k1PrivateKey deployer = KeyFile.Open(folder.File("key.hex"));
        ulong sent = await chain.Client.GetTransactionCountAsync(deployer.Address, BlockTag.Latest, TestContext.Current.CancellationToken);
        CommandRun again = await CommandRun.OfAsync(arguments);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(answer["deployment"]!.ToJsonString(), again.JsonLines()[^1]["deployment"]!.ToJsonString());
        Assert.Equal(sent, await chain.Client.GetTransactionCountAsync(deployer.Address, BlockTag.Latest, TestContext.Current.CancellationToken));

        Address cache = Address.Parse((string)answer["deployment"]!["certificateCache"]!);
        Assert.True(await IsPinnedAsync(chain, cache, SnpProduct.Genoa));
        Assert.False(await IsPinnedAsync(chain, cache, SnpProduct.Milan));
        await AssertBelievesIntelAsync(chain, Address.Parse((string)answer["deployment"]!["dcapVerifier"]!));
        await RoleMatrix.AssertAsync(chain, Ait.Cli.Deploying.Deployment.Read(folder.File("deployment.json")), proposer: null);
    }

    [Fact]
    public async Task Deploy_admitsAProposerBesideTheVotesOnlyWhereItIsNamed()
    {
        using var folder = new ScratchFolder();
        using DevNode node = await DevNode.StartAsync(folder, DevChainId);
        Address proposer = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

        CommandRun run = await CommandRun.OfAsync(
            await ArgumentsAsync(folder, node, funded: true, "--measurement", Measurement, "--tcb-floor", Floor, "--proposer", proposer.ToString(), "--quorum-floor", "12.5", "--audit-share", "0.5"));

        Assert.True(run.ExitCode == 0, run.Errors);
        using ChainAccess chain = await node.OpenAsync();
        var deployment = Ait.Cli.Deploying.Deployment.Read(folder.File("deployment.json"));
        await RoleMatrix.AssertAsync(chain, deployment, proposer);
        ContractAbi governor = ContractArtifact.Load("AitGovernor").Abi;
        AbiValue floor = (await chain.ReadAsync(deployment.AitGovernor, governor.Function("quorumFloor"), TestContext.Current.CancellationToken))[0];
        Assert.Equal(Amounts.Parse("12.5"), floor.AsBigInteger());
        ContractAbi mining = ContractArtifact.Load("MiningRegistry").Abi;
        Assert.Equal(328u, (await chain.ReadAsync(deployment.MiningRegistry, mining.Function("auditShare"), TestContext.Current.CancellationToken))[0].AsUInt32());
    }

    [Fact]
    public async Task Deploy_refusesADevelopmentRootOnAChainThatHoldsValue()
    {
        using var folder = new ScratchFolder();
        using DevNode node = await DevNode.StartAsync(folder, chainId: 1);
        string[] arguments = await ArgumentsAsync(folder, node, funded: true, "--profile", "development", "--root", folder.File("hardware"));

        CommandRun run = await CommandRun.OfAsync(arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("chain 1 holds value", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_refusesAnAccountThatCannotPay()
    {
        using var folder = new ScratchFolder();
        using DevNode node = await DevNode.StartAsync(folder, DevChainId);

        CommandRun run = await CommandRun.OfAsync(await ArgumentsAsync(folder, node, funded: false, "--measurement", Measurement, "--tcb-floor", Floor));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no balance", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--measurement", "")]
    [InlineData("--tcb-floor", "")]
    [InlineData("--tcb-floor", "Genoa")]
    [InlineData("--tcb-floor", "Genoa=17")]
    [InlineData("--tcb-floor", "2=0a00000000001754")]
    [InlineData("--measurement", "f216")]
    public async Task Deploy_refusesAProductionDeploymentThatDoesNotSayWhatItTrusts(string option, string value)
    {
        using var folder = new ScratchFolder();
        var said = new Dictionary<string, string> { ["--measurement"] = Measurement, ["--tcb-floor"] = Floor, [option] = value };
        string key = folder.File("key.hex");
        KeyFile.OpenOrCreate(key).Dispose();
        IEnumerable<string> options = said.Where(pair => pair.Value.Length > 0).SelectMany(pair => new[] { pair.Key, pair.Value });

        CommandRun run = await CommandRun.OfAsync(["deploy", "--rpc", "http://127.0.0.1:1", "--key", key, .. options]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Errors, StringComparison.Ordinal);
    }

    private static async Task<string[]> ArgumentsAsync(ScratchFolder folder, DevNode node, bool funded, params string[] more)
    {
        string key = folder.File("key.hex");
        using Secp256k1PrivateKey deployer = KeyFile.OpenOrCreate(key);
        if (funded)
        {
            await node.FundAsync(deployer.Address);
        }

        return ["deploy", "--json", "--rpc", node.Rpc.ToString(), "--key", key, "--out", folder.File("deployment.json"), .. more];
    }

    private static async Task AssertBelievesIntelAsync(ChainAccess chain, Address verifier)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var dcap = new DcapVerifierContract(verifier, chain.Client);
        Assert.True(await dcap.GetIsStatusAcceptedAsync((byte)DcapTcbStatus.UpToDate, BlockTag.Latest, cancellation));
        Assert.False(await dcap.GetIsStatusAcceptedAsync((byte)DcapTcbStatus.OutOfDate, BlockTag.Latest, cancellation));
        var certificates = new DcapCertificatesContract(await dcap.GetCertificatesAsync(BlockTag.Latest, cancellation), chain.Client);
        Assert.True(await certificates.GetIsPinnedAsync(TrustRoots.Production.Intel[0].Span.ToArray(), BlockTag.Latest, cancellation));
        var collateral = new DcapCollateralContract(await dcap.GetCollateralAsync(BlockTag.Latest, cancellation), chain.Client);
        Assert.Equal(0u, await collateral.GetLeastEvaluationNumberAsync(BlockTag.Latest, cancellation));
        Assert.Null(await collateral.GetQeIdentityDatesAsync(DcapCollateralContract.Tdx, BlockTag.Latest, cancellation));
        Assert.Equal(await dcap.GetGovernorAsync(BlockTag.Latest, cancellation), await certificates.GetGovernorAsync(BlockTag.Latest, cancellation));
    }

    private static async Task<bool> IsPinnedAsync(ChainAccess chain, Address cache, SnpProduct product)
    {
        byte[] fingerprint = TrustRoots.Production.All.Single(root => root.Product == product).KeyFingerprint.Span.ToArray();
        AbiFunction pinOf = ContractArtifact.Load("CertificateCache").Abi.Function("pinOf");
        CallResult answer = await chain.CallAsync(
            new CallRequest { To = cache, Data = pinOf.EncodeCall(fingerprint) }, BlockTag.Latest, TestContext.Current.CancellationToken);
        return Assert.IsType<CallResult.Returned>(answer).Data.AsSpan().ContainsAnyExcept((byte)0);
    }
}
