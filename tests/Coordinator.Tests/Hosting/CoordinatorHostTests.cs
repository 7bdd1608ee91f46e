using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Hosting;

public sealed class CoordinatorHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_servesUntilItIsToldToStop()
    {
        await using RealChain node = await RealChain.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var output = new ReadyLine();
        Task<int> running = CoordinatorHost.RunAsync(node.Arguments(), _ => null, output, TextWriter.Null, stop.Token);
        using var client = new HttpClient { BaseAddress = await output.Address.WaitAsync(TimeSpan.FromSeconds(60), Cancellation) };
        Assert.Equal("ok", await client.GetStringAsync("/healthz", Cancellation));
        NetworkResponse network = JsonSerializer.Deserialize(await client.GetStringAsync("/v1/network", Cancellation), ProtocolJson.Default.NetworkResponse)!;
        Assert.Equal((31337ul, node.Deployment.MiningRegistry, node.Key.Address), (network.ChainId, network.MiningRegistry, network.Coordinator));
        StatusResponse status = JsonSerializer.Deserialize(await client.GetStringAsync("/v1/status", Cancellation), ProtocolJson.Default.StatusResponse)!;
        Assert.Equal("0", status.SupplyWei);
        while (!(await client.GetAsync("/readyz", Cancellation)).IsSuccessStatusCode)
        {
            await Task.Delay(20, Cancellation);
        }

        await stop.CancelAsync();
        Assert.Equal(0, await running);
        LedgerDatabase.Open(node.Ledger, TimeProvider.System).Dispose(); // Nobody holds it any more.
    }

    [Fact]
    public async Task Host_saysInOneSentenceWhatIsWrongWithItsSurroundings()
    {
        await using RealChain node = await RealChain.StartAsync();

        node.WriteDeployment(node.Deployment with { ChainId = 1 });
        await RefusesAsync(node.Arguments(), "serves chain 31337, the deployment file says 1");
        node.WriteDeployment(node.Deployment with { MiningRegistry = node.Key.Address });
        await RefusesAsync(node.Arguments(), $"There is no MiningRegistry at {node.Key.Address}");
        node.WriteDeployment(node.Deployment with { MiningRegistry = node.Deployment.DeviceRegistry });
        await RefusesAsync(node.Arguments(), "is not a MiningRegistry");
        node.WriteDeployment(node.Deployment with { Token = node.Deployment.DeviceRegistry });
        await RefusesAsync(node.Arguments(), "pass the right --deployment file");
        node.WriteDeployment(node.Deployment);

        using (Secp256k1PrivateKey other = TestMiner.Key("someone else"))
        {
            node.WriteKey(other);
            await RefusesAsync(node.Arguments(), $"coordinator is {node.Key.Address}, the key file is of {other.Address}");
        }

        string keyFile = Path.Combine(node.Folder, "key");
        await File.WriteAllTextAsync(keyFile, "not a key", Cancellation);
        await RefusesAsync(node.Arguments(), "does not hold 32 bytes in hexadecimal");
        node.WriteKey(node.Key);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            await RefusesAsync(node.Arguments(), "chmod 600");
            node.WriteKey(node.Key);
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using (var taken = new TcpListener(IPAddress.Loopback, 0))
        {
            taken.Start();
            int port = ((IPEndPoint)taken.LocalEndpoint).Port;
            await RefusesAsync(node.Arguments($"http://127.0.0.1:{port}"), $"Port {port} at 127.0.0.1 cannot be served");
        }

        using (LedgerDatabase.Open(node.Ledger, TimeProvider.System))
        {
            await RefusesAsync(node.Arguments(), "is in use by another coordinator");
        }

        using (LedgerDatabase ledger = LedgerDatabase.Open(node.Ledger, TimeProvider.System))
        {
            ledger.BindTo(5, Address.Zero);
        }

        await RefusesAsync(node.Arguments(), "belongs to the network with chainId 5");
        File.Delete(Path.Combine(node.Folder, "models.json"));
        await RefusesAsync(node.Arguments(), "--models: there is no file");
        List<string> elsewhere = node.Arguments();
        elsewhere[1] = "http://127.0.0.1:1";
        await File.WriteAllTextAsync(Path.Combine(node.Folder, "models.json"), "[]", Cancellation);
        await RefusesAsync(elsewhere, "gives no usable answer");
    }

    [Fact]
    public async Task Host_opensEachWorkloadWithOneTransactionUnderKills()
    {
        await using RealChain node = await RealChain.StartAsync();
        ulong before = await node.Client.GetTransactionCountAsync(node.Key.Address, BlockTag.Latest, Cancellation);
        var random = new Random(7);
        const int Workloads = 6;
        HashSet<int> opened = [];
        for (int life = 0; opened.Count < Workloads; life++)
        {
            Assert.True(life < 30, "the coordinator makes no progress");
            using Process process = await LaunchAsync(node);
            using var client = new HttpClient { BaseAddress = await AddressAsync(process) };
            Task<bool>[] posts = [.. Enumerable.Range(0, Workloads).Where(number => !opened.Contains(number)).Select(number => PostAsync(client, node, number))];
            if (life < 4)
            {
                await Task.WhenAny(Task.WhenAll(posts), Task.Delay(random.Next(1, 150), Cancellation));
            }
            else
            {
                await Task.WhenAll(posts);
            }

            process.Kill(); // SIGKILL
            await process.WaitForExitAsync(Cancellation);
            int[] numbers = [.. Enumerable.Range(0, Workloads).Where(number => !opened.Contains(number))];
            for (int i = 0; i < posts.Length; i++)
            {
                if (await posts[i])
                {
                    opened.Add(numbers[i]);
                }
            }
        }

        Assert.Equal(before + Workloads, await node.Client.GetTransactionCountAsync(node.Key.Address, BlockTag.Latest, Cancellation));
    }

    [Fact]
    public async Task Help_namesEverySetting()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await CoordinatorHost.RunAsync(["--help"], _ => null, output, TextWriter.Null, Cancellation));
        Assert.All(Setting.All, setting => Assert.Contains("--" + setting.Name, output.ToString(), StringComparison.Ordinal));
        using var version = new StringWriter();
        Assert.Equal(0, await CoordinatorHost.RunAsync(["--version"], _ => null, version, TextWriter.Null, Cancellation));
        Assert.StartsWith("Ait.Coordinator ", version.ToString(), StringComparison.Ordinal);
    }

    private static async Task RefusesAsync(List<string> arguments, string sentence)
    {
        using var error = new StringWriter();
        Assert.Equal(2, await CoordinatorHost.RunAsync(arguments, _ => null, TextWriter.Null, error, Cancellation));
        Assert.Contains(sentence, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Process> LaunchAsync(RealChain node)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CoordinatorHost).Assembly.Location, .. node.Arguments()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        await Task.CompletedTask;
        return process;
    }

    private static async Task<Uri> AddressAsync(Process process)
    {
        string line = await process.StandardOutput.ReadLineAsync(Cancellation) ?? "nothing";
        Assert.StartsWith("coordinator ready ", line, StringComparison.Ordinal);
        return new Uri(line["coordinator ready ".Length..]);
    }

    private static async Task<bool> PostAsync(HttpClient client, RealChain node, int number)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new WorkloadRequest(Hex.Encode(TestNetwork.Workload(number).ToBytes())), ProtocolJson.Default.WorkloadRequest);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/workloads") { Content = new ByteArrayContent(body) };
        SignedRequest signed = SignedRequest.Sign(
            node.Deployment.Domain, "POST", "/v1/workloads", body, TimeProvider.System.GetUtcNow(), new Hash256(RandomNumberGenerator.GetBytes(32)), node.Key);
        foreach ((string name, string value) in signed.ToHeaders())
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, Cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // Killed under way: what was signed is in the journal, and asked for again in the next life.
        }
    }

    /// <summary>Standard output that notices the ready line.</summary>
    private sealed class ReadyLine : StringWriter
    {
        private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<Uri> Address => _address.Task;

        public override Task WriteLineAsync(string? value)
        {
            if (value?.StartsWith("coordinator ready ", StringComparison.Ordinal) == true)
            {
                _address.TrySetResult(new Uri(value["coordinator ready ".Length..]));
            }

            return Task.CompletedTask;
        }
    }
}
