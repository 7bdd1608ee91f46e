using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Coordinator.Configuration;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A development chain with both registries and the token on it, and the files a coordinator is pointed to.</summary>
internal sealed class RealChain : IAsyncDisposable
{
    /// <summary>The first funded account of anvil's published mnemonic.</summary>
    private const string FundedKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http = new();

    private RealChain(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
        Rpc = new JsonRpcClient(_http, endpoint, new JsonRpcOptions { Timeout = TimeSpan.FromSeconds(60) });
        Client = new EthereumClient(Rpc);
        Folder = Directory.CreateTempSubdirectory("ait-coordinator-").FullName;
        Key = Secp256k1PrivateKey.FromBytes(Convert.FromHexString(FundedKey));
        Sender = new TransactionSender(Client, Key, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(20) });
    }

    internal Uri Endpoint { get; }

    internal JsonRpcClient Rpc { get; }

    internal EthereumClient Client { get; }

    internal Secp256k1PrivateKey Key { get; }

    internal TransactionSender Sender { get; }

    internal string Folder { get; }

    internal Deployment Deployment { get; private set; } = null!; // Set before the only way to get an instance returns.

    internal string Ledger => Path.Combine(Folder, "ledger.db");

    internal static async Task<RealChain> StartAsync()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string? program = Find();
        Assert.SkipWhen(program is null, "anvil was found neither in contracts/node_modules (npm ci --prefix contracts) nor on the PATH.");
        var start = new ProcessStartInfo(program, ["--port", "0", "--hardfork", "osaka"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var endpoint = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => endpoint.TrySetException(new InvalidOperationException($"{program} ended before it listened."));
        process.OutputDataReceived += (_, line) =>
        {
            const string Listening = "Listening on ";
            if (line.Data?.StartsWith(Listening, StringComparison.Ordinal) == true)
            {
                endpoint.TrySetResult(new Uri("http://" + line.Data[Listening.Length..]));
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var chain = new RealChain(process, await endpoint.Task.WaitAsync(s_startLimit, cancellation));
        try
        {
            await chain.DeployAsync(cancellation);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    internal Task MineAsync(int blocks) => Rpc.CallAsync("anvil_mine", [$"0x{blocks:x}"], TestContext.Current.CancellationToken);

    internal Task CallAsync(string method, JsonArray parameters) => Rpc.CallAsync(method, parameters, TestContext.Current.CancellationToken);

    /// <summary>The arguments of a coordinator on this chain.</summary>
    internal List<string> Arguments(string listen = "http://127.0.0.1:0") =>
    [
        "--rpc", Endpoint.ToString(), "--deployment", Path.Combine(Folder, "deployment.json"), "--key", Path.Combine(Folder, "key"),
        "--store", Ledger, "--models", Path.Combine(Folder, "models.json"), "--listen", listen, "--poll-interval", "50ms", "--batch-interval", "100ms",
    ];

    internal void WriteDeployment(Deployment deployment) =>
        File.WriteAllBytes(Path.Combine(Folder, "deployment.json"), JsonSerializer.SerializeToUtf8Bytes(deployment, ConfigurationJson.Default.Deployment));

    internal void WriteKey(Secp256k1PrivateKey key)
    {
        byte[] bytes = new byte[32];
        key.CopyTo(bytes);
        string path = Path.Combine(Folder, "key");
        File.WriteAllText(path, Hex.Encode(bytes));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        Key.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task DeployAsync(CancellationToken cancellation)
    {
        // No device registers here, so the registry never calls its evidence verifier: any address will do.
        Address devices = await CreateAsync("DeviceRegistry", [Key.Address, Address.Zero, Address.Zero, Key.Address, AbiValue.List(), AbiValue.List(2u, 4u, 4u, 4u), Address.Zero, Address.Zero], cancellation);
        Address mining = await CreateAsync("MiningRegistry", [devices, Key.Address, Key.Address, AbiValue.List(1_000_000_000_000_000_000, 1_000_000_000_000_000_000, 86_400), 0u], cancellation);
        var contract = new Contract(mining, Client, ContractArtifact.Load("MiningRegistry").Abi);
        Address token = (await contract.ViewAsync("token", [], BlockTag.Latest, cancellation))[0].AsAddress();
        Deployment = new Deployment(31337, 0, devices, mining, token, Address.Zero, Address.Zero, Key.Address, Key.Address, "development");
        WriteDeployment(Deployment);
        WriteKey(Key);
        await File.WriteAllBytesAsync(
            Path.Combine(Folder, "models.json"), JsonSerializer.SerializeToUtf8Bytes([TestNetwork.Model], ConfigurationJson.Default.ListModelEntry), cancellation);
    }

    private async Task<Address> CreateAsync(string name, AbiValue[] arguments, CancellationToken cancellation)
    {
        SendResult result = await new ContractDeployer(Sender).DeployAsync(ContractArtifact.Load(name), arguments, name, cancellation);
        return Assert.IsType<SendResult.Mined>(result).Receipt.ContractAddress!.Value; // A creation's receipt names its contract.
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "contracts", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "anvil"))
            .FirstOrDefault(File.Exists);
    }
}
