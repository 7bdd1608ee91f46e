using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Submission;

public sealed class CoordinatorTransportTests
{
    [Fact]
    public async Task Send_turnsToTheNextReplicaWhenOneFailsAndStaysThere()
    {
        var network = new Network();
        await using var coordinator = new StandInCoordinator(network, () => default);
        using var transport = new CoordinatorTransport([new Uri("http://127.0.0.1:1/"), coordinator.Url]);
        Assert.IsType<Reply<NetworkResponse>.Unavailable>(await AskAsync(transport));
        Assert.IsType<Reply<NetworkResponse>.Answered>(await AskAsync(transport));
        Assert.IsType<Reply<NetworkResponse>.Answered>(await AskAsync(transport));
    }

    private static Task<Reply<NetworkResponse>> AskAsync(CoordinatorTransport transport) => transport.SendAsync(
        HttpMethod.Get, "/v1/network", default, [], TimeSpan.FromMinutes(1), ProtocolJson.Default.NetworkResponse, TestContext.Current.CancellationToken);
}
