namespace Ait.Protocol.Tests;

public sealed class ResultCommitmentTests
{
    [Fact]
    public void Compute_changesWithEveryInput()
    {
        var network = Samples.Network;
        var statement = Samples.Statement();
        var account = Samples.Account("operator 0");
        var salt = Samples.Hash("salt");
        Chain.Hash256[] all =
        [
            ResultCommitment.Compute(network, statement, account, salt),
            ResultCommitment.Compute(network with { ChainId = 1 }, statement, account, salt),
            ResultCommitment.Compute(network with { MiningRegistry = account }, statement, account, salt),
            ResultCommitment.Compute(network, statement with { TaskId = salt }, account, salt),
            ResultCommitment.Compute(network, statement with { GpuId = salt }, account, salt),
            ResultCommitment.Compute(network, statement with { ResultHash = salt }, account, salt),
            ResultCommitment.Compute(network, statement with { DurationMillis = 1 }, account, salt),
            ResultCommitment.Compute(network, statement, Samples.Account("operator 1"), salt),
            ResultCommitment.Compute(network, statement, account, Samples.Hash("pepper")),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
