using System.Diagnostics;
using System.Text.Json.Nodes;

using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Hosting;

/// <summary>A development chain of its own on a free port, ended by its process when disposed.</summary>
internal sealed class Anvil : IAsyncDisposable
{
    /// <summary>The first funded account of anvil's published mnemonic.</summary>
    public const string FundedKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    /// <summary>Milliseconds after which a test that waits for a node counts as stuck; far above what any of them takes.</summary>
    public const int TestLimit = 120_000;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http = new();

    private Anvil(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
        Rpc = new JsonRpcClient(_http, endpoint, new JsonRpcOptions { Timeout = TimeSpan.FromSeconds(60) });
        Client = new EthereumClient(Rpc);
    }

    public Uri Endpoint { get; }

    public JsonRpcClient Rpc { get; }

    public EthereumClient Client { get; }

    /// <summary>Starts a chain; skips the test, with the reason, where there is no anvil.</summary>
    public static async Task<Anvil> StartAsync(CancellationToken cancellation, params string[] arguments)
    {
        string? program = Find();
        Assert.SkipWhen(program is null, "anvil was found neither in contracts/node_modules (npm ci --prefix contracts) nor on the PATH.");
        var start = new ProcessStartInfo(program, ["--port", "0", "--hardfork", "osaka", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var endpoint = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => endpoint.TrySetException(new InvalidOperationException($"{program} ended with {process.ExitCode}."));
        process.ErrorDataReceived += (_, _) => { };
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
        try
        {
            return new Anvil(process, await endpoint.Task.WaitAsync(s_startLimit, cancellation));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    public static Secp256k1PrivateKey Funded() => Secp256k1PrivateKey.FromBytes(Convert.FromHexString(FundedKey));

    public TransactionSender Sender(Secp256k1PrivateKey key, ITransactionJournal? journal = null, TransactionSenderOptions? options = null) =>
        new(Client, key, options ?? new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(30), RebroadcastAfter = TimeSpan.FromSeconds(2) }, journal);

    public Task MineAsync(int blocks, CancellationToken cancellation) => Rpc.CallAsync("anvil_mine", [$"0x{blocks:x}"], cancellation);

    public Task CallAsync(string method, JsonArray parameters, CancellationToken cancellation) => Rpc.CallAsync(method, parameters, cancellation);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
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
