using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Hosting;

/// <summary>Requests that no client of ours sends: too slow, too large, packed, aimed beside the resources. Each is refused, and the next sound one is answered.</summary>
public sealed class EdgeTests
{
    [Fact]
    public async Task Request_thatIsPackedIsNotUnpacked()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        byte[] packed = Pack(JsonSerializer.SerializeToUtf8Bytes(new LeaseRequest(miner.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest));
        using HttpRequestMessage request = network.Signed(miner.EnclaveKey, HttpMethod.Post, "/v1/leases", packed);
        request.Content!.Headers.ContentEncoding.Add("gzip");
        using HttpResponseMessage answer = await network.SendAsync(request);
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(answer)).Code);
    }

    /// <summary>A thousandfold when unpacked: if anything unpacked it, this would take 1 GiB.</summary>
    [Fact]
    public async Task Bomb_isRefusedByItsBytesAsTheyAre()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        byte[] bomb = Pack(new byte[512 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, RequestAdmission.MaxBody);
        foreach (string path in new[] { "/v1/enrolments", "/v1/results/batch", "/v1/chat/completions", "/v1/sign-in" })
        {
            long before = GC.GetTotalAllocatedBytes();
            using HttpRequestMessage request = network.Signed(network.Network.Miners[0].EnclaveKey, HttpMethod.Post, path, bomb);
            request.Content!.Headers.ContentEncoding.Add("gzip");
            using HttpResponseMessage answer = await network.SendAsync(request);
            Assert.InRange((int)answer.StatusCode, 400, 499);
            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 * 1024 * 1024);
        }
    }

    [Theory]
    [InlineData("/../../../../etc/passwd")]
    [InlineData("/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/v1/tasks/..%2f..%2fetc%2fpasswd")]
    [InlineData("/v1/tasks/0x%00")]
    [InlineData("/v1/workloads/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("/v1/models/..%5c..%5cwindows")]
    public async Task Path_leadsToNothingButResources(string path)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        string answer = await RawAsync(network, $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Matches(@"^HTTP/1\.1 4\d\d ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        await IsAnsweredAsync(network);
    }

    [Fact]
    public async Task Request_isRefusedIfItsLineOrHeadersAreTooLong()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Assert.StartsWith("HTTP/1.1 414 ", await RawAsync(network, $"GET /{new string('a', 5000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await RawAsync(network, $"GET /healthz HTTP/1.1\r\nHost: x\r\nX: {new string('a', 17000)}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        await IsAnsweredAsync(network);
    }

    [Theory]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")] // Headers that never end.
    [InlineData("POST /v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")] // A body that never comes.
    [InlineData("POST /v1/leases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")] // A chunk that never comes.
    public async Task Request_thatStopsHalfwayIsCutOff(string beginning)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        string answer = await RawAsync(network, beginning); // Returns when the coordinator has closed the connection, however long it takes.
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        await IsAnsweredAsync(network);
    }

    [Theory]
    [InlineData("POST /v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n123456")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: x\r\n folded: header\r\nConnection: close\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task Request_thatTwoServersCouldReadDifferentlyIsNotAnsweredAsSound(string request)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Assert.Matches(@"^(HTTP/1\.1 4\d\d |$)", await RawAsync(network, request));
        await IsAnsweredAsync(network);
    }

    private static async Task IsAnsweredAsync(HttpNetwork network)
    {
        using HttpResponseMessage answer = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/healthz"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Sends bytes as they are and reads until the other side closes.</summary>
    private static async Task<string> RawAsync(HttpNetwork network, string request)
    {
        using var client = new TcpClient();
        Uri address = network.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // Reset instead of closed: it is cut off either way.
        }

        return Encoding.ASCII.GetString(answer.ToArray());
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
