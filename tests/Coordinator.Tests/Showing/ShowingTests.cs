using System.Net;
using System.Text.Json;
using Ait.Chain;
using Ait.Coordinator.Showing;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Showing;

/// <summary>What onlookers get: pages of devices, the live feed, the files of the console.</summary>
public sealed class ShowingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-console-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Devices_comeInPages()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync(miners: 5);
        List<int> slots = [];
        while (true)
        {
            DevicesResponse page = await HttpNetwork.EventuallyAsync(async () =>
                await network.GetAsync($"/v1/devices?offset={slots.Count}&limit=2", ProtocolJson.Default.DevicesResponse) is { Total: 5 } found ? found : null);
            if (page.Devices.Count == 0)
            {
                break;
            }

            Assert.InRange(page.Devices.Count, 1, 2);
            slots.AddRange(page.Devices.Select(device => device.Slot));
        }

        Assert.Equal(Enumerable.Range(0, 5), slots);
    }

    [Fact]
    public async Task Tasks_goOnBeforeTheLastOneSeen()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        for (int number = 1; number <= 3; number++)
        {
            await network.SeatAsync(TestNetwork.Workload(number));
        }

        List<Hash256> seen = [];
        string before = "";
        while ((await network.GetAsync($"/v1/tasks?limit=1{before}", ProtocolJson.Default.TasksResponse)).Tasks is [TaskResponse task])
        {
            seen.Add(task.TaskId);
            before = $"&before={task.TaskId}";
        }

        Assert.Equal((await network.GetAsync("/v1/tasks", ProtocolJson.Default.TasksResponse)).Tasks.Select(task => task.TaskId), seen);
        Assert.Equal(3, seen.Count);
        Assert.Empty((await network.GetAsync($"/v1/tasks?before={Hash256.Zero}", ProtocolJson.Default.TasksResponse)).Tasks);
    }

    [Theory]
    [InlineData("/v1/devices?offset=-1")]
    [InlineData("/v1/devices?limit=0")]
    [InlineData("/v1/devices?limit=1001")]
    [InlineData("/v1/devices?limit=+1")]
    [InlineData("/v1/history?step=0")]
    [InlineData("/v1/history?steps=241")]
    [InlineData("/v1/history?steps=99999999999999999999")]
    [InlineData("/v1/tasks?before=0x12")]
    [InlineData("/v1/governance?limit=101")]
    [InlineData("/v1/governance?offset=-1")]
    public async Task Query_isRefusedOutsideItsRange(string path)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, path)))).Code);
    }

    [Fact]
    public async Task Live_saysTheStatusAndEachChangeOfIt()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using HttpResponseMessage answer = await network.Client.GetAsync(new Uri("/v1/live", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        StatusResponse first = await NextAsync(reader);
        network.Network.Chain.Mine(3);
        StatusResponse second = await NextAsync(reader);
        while (second.BlockNumber < first.BlockNumber + 3)
        {
            second = await NextAsync(reader); // The loops mine blocks of their own.
        }

        Assert.Equal(first.MintedWei, second.MintedWei);
        await network.StopAsync();
        while (await reader.ReadLineAsync(Cancellation) is not null)
        {
            // Ends because the coordinator stops.
        }
    }

    [Fact]
    public void Live_hasABoundedNumberOfPlaces()
    {
        var feed = new LiveFeed(null!, TimeProvider.System); // Nobody reads from it here.
        Assert.All(Enumerable.Range(0, LiveFeed.MaxListeners), _ => Assert.True(feed.TryEnter()));
        Assert.False(feed.TryEnter());
        feed.Leave();
        Assert.True(feed.TryEnter());
    }

    [Fact]
    public async Task Console_isServedWithAPolicyThatAdmitsOnlyItself()
    {
        await using HttpNetwork network = await ServingAsync();
        using HttpResponseMessage page = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/"));
        Assert.Equal(("the page", HttpStatusCode.OK), (await page.Content.ReadAsStringAsync(Cancellation), page.StatusCode));
        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.True(page.Headers.CacheControl?.NoCache);
        using HttpResponseMessage asset = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/assets/index.js"));
        Assert.Contains("immutable", asset.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_isCompressedAndAnswersAreNot()
    {
        await using HttpNetwork network = await ServingAsync();
        foreach ((string path, bool isCompressed) in new[] { ("/assets/index.js", true), ("/", true), ("/v1/network", false), ("/v1/devices", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.AcceptEncoding.ParseAdd("gzip, br");
            using HttpResponseMessage answer = await network.SendAsync(request);
            Assert.Equal(isCompressed, answer.Content.Headers.ContentEncoding.Count > 0);
        }
    }

    [Theory]
    [InlineData("/../secret.key")]
    [InlineData("/assets/..%2f..%2fsecret.key")]
    [InlineData("/assets/%2e%2e/%2e%2e/secret.key")]
    [InlineData("//secret.key")]
    [InlineData("/assets/..\\..\\secret.key")]
    public async Task Console_servesNothingOutsideItsFolder(string path)
    {
        await using HttpNetwork network = await ServingAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(network.Client.BaseAddress!.Host, network.Client.BaseAddress.Port, Cancellation);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Cancellation); // As written: a client would tidy the path.
        string answer = await new StreamReader(stream).ReadToEndAsync(Cancellation);
        Assert.DoesNotContain("secret of the machine", answer, StringComparison.Ordinal);
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
    }

    private async Task<HttpNetwork> ServingAsync()
    {
        string files = Path.Combine(_folder, "console");
        Directory.CreateDirectory(Path.Combine(files, "assets"));
        await File.WriteAllTextAsync(Path.Combine(files, "index.html"), "the page", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(files, "assets", "index.js"), "1", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret.key"), "secret of the machine", Cancellation);
        return await HttpNetwork.StartAsync(options => options with { ConsoleFolder = files });
    }

    private static async Task<StatusResponse> NextAsync(StreamReader reader)
    {
        while (true)
        {
            string line = await reader.ReadLineAsync(Cancellation) ?? throw new InvalidOperationException("the feed ended");
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonSerializer.Deserialize(line[6..], ProtocolJson.Default.StatusResponse)!;
            }
        }
    }
}
