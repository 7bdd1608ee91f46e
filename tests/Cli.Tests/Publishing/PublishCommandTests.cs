using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Tests.Deploying;

namespace Ait.Cli.Tests.Publishing;

/// <summary>`ait publish` against the contracts on a real node, with the emulated Intel's evidence.</summary>
public sealed class PublishCommandTests
{
    private const ulong DevChainId = 31337;

    // 2026-11-22 12:00 UTC: the time at which the shared vectors are judged.
    private const long VectorTime = 1_795_348_800;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_putsAPlatformOnChainOnceAndSaysWhatItsQuoteSays()
    {
        using var folder = new ScratchFolder();
        using DevNode node = await DevNode.StartAsync(folder, DevChainId, VectorTime);
        Address verifier = await DeployAsync(folder, node);

        CommandRun first = await CommandRun.OfAsync(Arguments(folder, node, verifier, "tdx-v4"));
        Assert.True(first.ExitCode == 0, first.Errors);
        JsonObject answer = first.JsonLines()[^1];
        Assert.Equal("TDX", (string?)answer["tee"]);
        Assert.Equal(1, (int?)answer["status"]);

        CommandRun again = await CommandRun.OfAsync(Arguments(folder, node, verifier, "tdx-v4"));
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Equal(answer.ToJsonString(), again.JsonLines()[^1].ToJsonString());
        Assert.DoesNotContain(" gas", again.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tdx-v4-debug", "DebugEnabled")]
    [InlineData("tdx-v4-pck-revoked", "CertificateRevoked")]
    [InlineData("tdx-v4-other-root", "RootNotPinned")]
    [InlineData("tdx-v4-collateral-stale", "RevocationListStale")]
    public async Task Publish_refusesWithTheContractsOwnReason(string vector, string error)
    {
        using var folder = new ScratchFolder();
        using DevNode node = await DevNode.StartAsync(folder, DevChainId, VectorTime);
        Address verifier = await DeployAsync(folder, node);

        CommandRun run = await CommandRun.OfAsync(Arguments(folder, node, verifier, vector));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(error, run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifest.json", "tdx-v4/collateral.json", "holds no certificates")]
    [InlineData("tdx-v4/quote.bin", "tdx-v4/quote.bin", "is not JSON")]
    [InlineData("tdx-v4/quote.bin", "manifest.json", "lacks tcb_info_issuer_chain")]
    public async Task Publish_saysWhatIsWrongWithItsFiles(string quote, string collateral, string problem)
    {
        using var folder = new ScratchFolder();
        KeyFile.OpenOrCreate(folder.File("key.hex")).Dispose();
        CommandRun run = await CommandRun.OfAsync(
            "publish", "--rpc", "http://127.0.0.1:1/", "--key", folder.File("key.hex"), "--verifier", Address.Zero.ToString(),
            "--quote", Vector(quote), "--collateral", Vector(collateral));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(problem, run.Errors, StringComparison.Ordinal);
    }

    private static string[] Arguments(ScratchFolder folder, DevNode node, Address verifier, string vector) =>
    [
        "publish", "--json", "--rpc", node.Rpc.ToString(), "--key", folder.File("key.hex"), "--verifier", verifier.ToString(),
        "--quote", Vector(vector, "quote.bin"), "--collateral", Vector(vector, "collateral.json"),
    ];

    private static string Vector(params string[] path) =>
        Path.Combine([Path.GetDirectoryName(Installation.ContractsFolder)!, "vectors", "evidence", "devices", .. path]);

    private static async Task<Address> DeployAsync(ScratchFolder folder, DevNode node)
    {
        using Secp256k1PrivateKey key = KeyFile.OpenOrCreate(folder.File("key.hex"));
        await node.FundAsync(key.Address);
        using ChainAccess chain = await node.OpenAsync();
        JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(Vector("manifest.json"), Cancellation))!;
        byte[] root = Convert.FromHexString((string)manifest["roots"]!["intel"]!);
        using var journal = FileTransactionJournal.Open(folder.File("journal"));
        using var sender = new TransactionSender(chain.Client, key, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(100) }, journal, TimeProvider.System);
        var creator = new ContractCreator(chain, sender, _ => { });
        Address sha384 = await creator.CreateAsync("Sha384", Cancellation);
        Address p256 = await creator.CreateAsync("P256Verifier", Cancellation);
        Address certificates = await creator.CreateAsync("DcapCertificates", Cancellation, key.Address, p256, sha384, AbiValue.List(AbiValue.Bytes(root)));
        Address collateral = await creator.CreateAsync("DcapCollateral", Cancellation, key.Address, certificates, p256, 0u);
        return await creator.CreateAsync("DcapVerifier", Cancellation, key.Address, certificates, collateral, p256);
    }
}
