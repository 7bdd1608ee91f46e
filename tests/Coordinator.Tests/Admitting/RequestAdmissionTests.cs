using System.Net;
using System.Text;
using System.Text.Json;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Admitting;

/// <summary>Each test takes a request that would be admitted and changes exactly one fact.</summary>
public sealed class RequestAdmissionTests
{
    [Fact]
    public async Task Lease_isAnsweredIfTheEnclaveKeyOfALiveDeviceSigns()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        LeaseResponse answer = await HttpNetwork.ReadAsync(
            await network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest), ProtocolJson.Default.LeaseResponse);
        Assert.Empty(answer.Letters);
    }

    [Fact]
    public async Task Request_isRefusedIfTheSignerDidNotSignIt()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using HttpRequestMessage request = Lease(network);
        request.Headers.Remove(SignedRequest.SignerHeader);
        request.Headers.Add(SignedRequest.SignerHeader, network.Network.Miners[1].EnclaveKey.Address.ToString());
        await RefusesAsync(network, request, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
    }

    [Theory]
    [InlineData(SignedRequest.SignerHeader)]
    [InlineData(SignedRequest.TimestampHeader)]
    [InlineData(SignedRequest.NonceHeader)]
    [InlineData(SignedRequest.SignatureHeader)]
    public async Task Request_isRefusedIfAHeaderIsMissingOrTwice(string header)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using HttpRequestMessage missing = Lease(network);
        missing.Headers.Remove(header);
        await RefusesAsync(network, missing, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
        using HttpRequestMessage twice = Lease(network);
        twice.Headers.Add(header, "0x00");
        await RefusesAsync(network, twice, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
    }

    [Fact]
    public async Task Request_isRefusedIfItsNonceWasUsed()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        var nonce = new Hash256([.. new byte[31], 7]);
        using HttpRequestMessage first = Lease(network, nonce: nonce);
        Assert.Equal(HttpStatusCode.OK, (await network.SendAsync(first)).StatusCode);
        using HttpRequestMessage replay = Lease(network, nonce: nonce);
        await RefusesAsync(network, replay, HttpStatusCode.Unauthorized, ProblemCodes.NonceReplayed);
        TestMiner other = network.Network.Miners[1];
        using HttpRequestMessage ofAnother = network.Signed(other.EnclaveKey, HttpMethod.Post, "/v1/leases", Body(other), nonce: nonce);
        Assert.Equal(HttpStatusCode.OK, (await network.SendAsync(ofAnother)).StatusCode);
    }

    [Fact]
    public async Task Request_isAdmittedOnceIfSentManyTimesAtOnce()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        var nonce = new Hash256([.. new byte[31], 9]);
        DateTimeOffset at = TimeProvider.System.GetUtcNow();
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => network.SendAsync(Lease(network, nonce: nonce, at: at))));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(11, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
    }

    [Theory]
    [InlineData(-61)]
    [InlineData(61)]
    public async Task Request_isRefusedIfItsTimestampIsFarFromTheClock(int seconds)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using HttpRequestMessage request = Lease(network, at: TimeProvider.System.GetUtcNow().AddSeconds(seconds * 1.2));
        await RefusesAsync(network, request, HttpStatusCode.Unauthorized, ProblemCodes.StaleTimestamp);
    }

    [Fact]
    public async Task Request_isRefusedIfItsBodyWasChanged()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        using HttpRequestMessage request = Lease(network);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new LeaseRequest(miner.GpuId, 2, 0), ProtocolJson.Default.LeaseRequest));
        await RefusesAsync(network, request, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
    }

    [Fact]
    public async Task Request_isRefusedIfItsPathWasChanged()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using HttpRequestMessage request = Lease(network);
        request.RequestUri = new Uri("/v1/leases?more=1", UriKind.Relative);
        await RefusesAsync(network, request, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
    }

    [Fact]
    public async Task Request_isRefusedIfSignedForAnotherNetwork()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        NetworkDomain domain = network.Network.Domain;
        using HttpRequestMessage otherChain = Lease(network, domain: domain with { ChainId = 1 });
        await RefusesAsync(network, otherChain, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
        using HttpRequestMessage otherRegistry = Lease(network, domain: domain with { MiningRegistry = Address.Zero });
        await RefusesAsync(network, otherRegistry, HttpStatusCode.Unauthorized, ProblemCodes.SignatureInvalid);
    }

    [Fact]
    public async Task Request_isRefusedIfItsBodyIsTooLarge()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        byte[] body = new byte[RequestAdmission.MaxBody + 1];
        using HttpRequestMessage request = network.Signed(miner.EnclaveKey, HttpMethod.Post, "/v1/leases", body);
        await RefusesAsync(network, request, HttpStatusCode.RequestEntityTooLarge, ProblemCodes.TooLarge);

        // The same without a length header.
        using HttpRequestMessage chunked = network.Signed(miner.EnclaveKey, HttpMethod.Post, "/v1/leases", body);
        chunked.Headers.TransferEncodingChunked = true;
        await RefusesAsync(network, chunked, HttpStatusCode.RequestEntityTooLarge, ProblemCodes.TooLarge);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"gpuId\":\"0x00\",\"max\":1,\"waitMillis\":0}")]
    [InlineData("{\"gpuId\":null,\"max\":1,\"waitMillis\":0}")]
    public async Task Request_isRefusedIfItsBodyIsMalformed(string body)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        using HttpRequestMessage request = network.Signed(network.Network.Miners[0].EnclaveKey, HttpMethod.Post, "/v1/leases", Encoding.UTF8.GetBytes(body));
        await RefusesAsync(network, request, HttpStatusCode.BadRequest, ProblemCodes.Malformed);
    }

    [Fact]
    public async Task Lease_isRefusedIfAMemberIsUnknownOrOutOfRange()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        foreach (string members in new[] { "\"max\":0,\"waitMillis\":0", "\"max\":129,\"waitMillis\":0", "\"max\":1,\"waitMillis\":-1", "\"max\":1,\"waitMillis\":30001", "\"max\":1,\"waitMillis\":0,\"x\":1" })
        {
            byte[] body = Encoding.UTF8.GetBytes($"{{\"gpuId\":\"{miner.GpuId}\",{members}}}");
            using HttpRequestMessage request = network.Signed(miner.EnclaveKey, HttpMethod.Post, "/v1/leases", body);
            await RefusesAsync(network, request, HttpStatusCode.BadRequest, ProblemCodes.Malformed);
        }
    }

    [Fact]
    public async Task Lease_isRefusedIfTheDeviceIsNotRegistered()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        using HttpResponseMessage answer = await network.PostAsync(
            miner.EnclaveKey, "/v1/leases", new LeaseRequest(Keccak256.Hash("no such GPU"u8), 1, 0), ProtocolJson.Default.LeaseRequest);
        Assert.Equal(ProblemCodes.DeviceNotEligible, (await HttpNetwork.ProblemAsync(answer)).Code);
    }

    [Fact]
    public async Task Lease_isRefusedIfAnotherDevicesKeySigns()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner other = network.Network.Miners[1];
        using HttpRequestMessage request = network.Signed(other.EnclaveKey, HttpMethod.Post, "/v1/leases", Body(network.Network.Miners[0]));
        await RefusesAsync(network, request, HttpStatusCode.Forbidden, ProblemCodes.NotAuthorized);
    }

    [Fact]
    public async Task Lease_isRefusedIfTheDeviceExpiredOrWasRevoked()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        network.Network.Chain.Change(network.Network.Miners[0].GpuId, device => device with { ValidUntil = 1 });
        network.Network.Chain.Change(network.Network.Miners[1].GpuId, device => device with { RevokedBlock = 5 });
        foreach (TestMiner miner in network.Network.Miners[..2])
        {
            await HttpNetwork.EventuallyAsync(async () =>
            {
                using HttpResponseMessage answer = await network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest);
                return answer.IsSuccessStatusCode ? null : (await HttpNetwork.ProblemAsync(answer)).Code is ProblemCodes.DeviceNotEligible ? this : null;
            });
        }
    }

    [Fact]
    public async Task Lease_isAnsweredIfTheRegistrationIsNewerThanTheLedger()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        TestMiner miner = network.Network.Miners[0];
        await HttpNetwork.EventuallyAsync(() => Task.FromResult(network.Get<EnrolmentStore>().Find(miner.GpuId)));
        miner.Refresh(network.Network.Chain, "restarted");
        using HttpResponseMessage answer = await network.PostAsync(miner.EnclaveKey, "/v1/leases", new LeaseRequest(miner.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Queue_isRefusedIfAnyoneButTheCoordinatorSigns()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new QueueRequest([Hex.Encode(TestNetwork.Workload(1).ToBytes())]), ProtocolJson.Default.QueueRequest);
        using HttpRequestMessage request = network.Signed(network.Network.Miners[0].EnclaveKey, HttpMethod.Post, "/v1/queue", body);
        await RefusesAsync(network, request, HttpStatusCode.Forbidden, ProblemCodes.NotAuthorized);
    }

    [Fact]
    public async Task Request_isRefusedIfOneSignerSendsTooMany()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync(options => options with { RequestsPerMinute = 3 });
        HttpStatusCode[] answers = [.. (await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => network.SendAsync(Lease(network))))).Select(answer => answer.StatusCode)];
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        TestMiner other = network.Network.Miners[1];
        using HttpRequestMessage ofAnother = network.Signed(other.EnclaveKey, HttpMethod.Post, "/v1/leases", Body(other));
        Assert.Equal(HttpStatusCode.OK, (await network.SendAsync(ofAnother)).StatusCode);
    }

    [Fact]
    public async Task ForgetOldNonces_keepsThoseWhoseTimestampCouldStillCount()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        coordinator.Ledger.Write("test", transaction => transaction.Execute(
            "INSERT INTO nonces (signer, nonce, used_at) VALUES ($1, $2, $3)", Address.Zero, Hash256.Zero, transaction.NowMillis));
        network.Manual.Advance(2 * SignedRequest.Tolerance);
        coordinator.Get<RequestAdmission>().ForgetOldNonces();
        Assert.Equal(1, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM nonces")));
        network.Manual.Advance(3 * SignedRequest.Tolerance);
        coordinator.Get<RequestAdmission>().ForgetOldNonces();
        Assert.Equal(0, coordinator.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM nonces")));
        await Task.CompletedTask;
    }

    private static byte[] Body(TestMiner miner) =>
        JsonSerializer.SerializeToUtf8Bytes(new LeaseRequest(miner.GpuId, 1, 0), ProtocolJson.Default.LeaseRequest);

    private static HttpRequestMessage Lease(HttpNetwork network, NetworkDomain? domain = null, DateTimeOffset? at = null, Hash256? nonce = null) =>
        network.Signed(network.Network.Miners[0].EnclaveKey, HttpMethod.Post, "/v1/leases", Body(network.Network.Miners[0]), domain, at, nonce);

    private static async Task RefusesAsync(HttpNetwork network, HttpRequestMessage request, HttpStatusCode status, string code)
    {
        string before = network.State();
        using HttpResponseMessage answer = await network.SendAsync(request);
        Problem problem = await HttpNetwork.ProblemAsync(answer);
        Assert.Equal((status, code), (answer.StatusCode, problem.Code));
        Assert.NotNull(problem.Expected);
        Assert.NotNull(problem.Found);
        Assert.Equal(before, network.State());
    }
}
