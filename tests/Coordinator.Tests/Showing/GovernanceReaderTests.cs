using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Transactions;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Showing;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Showing;

/// <summary>Proposals as onlookers get them, of the deployed governor on a real node.</summary>
public sealed class GovernanceReaderTests
{
    private static readonly BigInteger s_deposit = BigInteger.Pow(10, 18);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Governance_isWhatTheChainSaysNewestFirstInPages()
    {
        await using RealChain node = await RealChain.StartAsync();
        (AitGovernorContract governor, Deployment deployment) = await DeployAsync(node);
        var clock = new ManualClock();
        var chain = new EthereumMiningChain(node.Client, node.Sender, deployment, 0);
        using var heads = new HeadWatch(chain, clock);
        using var reader = new GovernanceReader(chain, heads, deployment);
        GovernanceResponse none = await LookAsync();
        Assert.Equal((governor.Address, deployment.Governor, 1ul, 3ul, "1", Wei(s_deposit * 4 / 100), 0ul), (none.Governor, none.Timelock, none.VotingDelayBlocks, none.VotingPeriodBlocks, none.ProposalThresholdWei, none.QuorumWei, none.TimelockDelaySeconds));
        Assert.Empty(none.Proposals);

        ProposalCreation[] made = [await ProposeAsync("first"), await ProposeAsync("second"), await ProposeAsync(new string('x', 5_000))];
        GovernanceResponse all = await LookAsync();
        Assert.Equal(made.Reverse().Select(Text), all.Proposals.Select(proposal => proposal.ProposalId));
        Assert.Equal((3, GovernanceReader.MaxText), (all.Total, all.Proposals[0].Description.Length));
        Assert.Equal([Text(made[1])], (await LookAsync(1, 1)).Proposals.Select(proposal => proposal.ProposalId));
        Assert.Empty((await LookAsync(3, 1)).Proposals);
        Assert.Equal("MiningRegistry.setRates(1, 2)", Assert.Single(all.Proposals[2].Calls).Text);
        Assert.Equal(("first", made[0].DescriptionHash, node.Key.Address), (all.Proposals[2].Description, all.Proposals[2].DescriptionHash, all.Proposals[2].Proposer));

        // A vote and its end show in the block after; the wire has every member.
        await node.MineAsync(1);
        await MinedAsync(node, governor.CastVote(made[2].Id, VoteSupport.Abstain));
        ProposalResponse voted = (await LookAsync()).Proposals[0];
        Assert.Equal((ProposalState.Active, "0", Wei(s_deposit), none.QuorumWei, null), (voted.State, voted.ForWei, voted.AbstainedWei, voted.QuorumWei, voted.ExecutableAt));
        await node.MineAsync(10);
        all = await LookAsync();
        Assert.Equal([ProposalState.Defeated, ProposalState.Defeated, ProposalState.Defeated], all.Proposals.Select(proposal => proposal.State));
        string json = JsonSerializer.Serialize(all, ProtocolJson.Default.GovernanceResponse);
        Assert.Contains("\"state\":\"Defeated\"", json, StringComparison.Ordinal);

        async Task<GovernanceResponse> LookAsync(int offset = 0, int limit = 100)
        {
            clock.Advance(LiveFeed.Look);
            return Assert.IsType<GovernanceResponse>(await reader.ReadAsync(offset, limit, Cancellation));
        }

        async Task<ProposalCreation> ProposeAsync(string description)
        {
            SendResult.Mined mined = await MinedAsync(node, governor.Propose(Call(deployment), description));
            await node.MineAsync(1); // The gas of the next one is estimated on a block without a proposal, as it will be used.
            return mined.Receipt.Logs.Select(log => governor.TryReadCreation(log, out ProposalCreation? creation) ? creation : null).Single(creation => creation is not null)!;
        }
    }

    [Fact]
    public async Task Proposal_isGoneWithTheBlockThatMadeIt()
    {
        await using RealChain node = await RealChain.StartAsync();
        (AitGovernorContract governor, Deployment deployment) = await DeployAsync(node);
        var clock = new ManualClock();
        var chain = new EthereumMiningChain(node.Client, node.Sender, deployment, 0);
        using var heads = new HeadWatch(chain, clock);
        using var reader = new GovernanceReader(chain, heads, deployment);
        string before = (await node.Rpc.CallAsync("evm_snapshot", [], Cancellation)).GetString()!;
        await MinedAsync(node, governor.Propose(Call(deployment), "taken back"));
        Assert.Equal(1, (await reader.ReadAsync(0, 10, Cancellation))?.Total);
        await node.CallAsync("evm_revert", [before]);
        await node.CallAsync("evm_increaseTime", [60]); // Other blocks than those that were.
        await node.MineAsync(5);
        clock.Advance(LiveFeed.Look);
        GovernanceResponse after = Assert.IsType<GovernanceResponse>(await reader.ReadAsync(0, 10, Cancellation));
        Assert.Equal(0, after.Total);
        Assert.Empty(after.Proposals);
    }

    private static ProposedCall Call(Deployment deployment) =>
        new(deployment.MiningRegistry, 0, ContractArtifact.Load("MiningRegistry").Abi.Function("setRates").EncodeCall(1, 2));

    private static string Text(ProposalCreation creation) => creation.Id.ToString(CultureInfo.InvariantCulture);

    private static string Wei(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);

    /// <summary>A governor whose token the funded account mints; it deposited one and delegated it to itself.</summary>
    private static async Task<(AitGovernorContract Governor, Deployment Deployment)> DeployAsync(RealChain node)
    {
        Address token = await CreateAsync("AIToken", node.Key.Address);
        Address votes = await CreateAsync("VotingToken", token);
        Address timelock = await CreateAsync("TimelockController", 0, AbiValue.List(), AbiValue.List(), node.Key.Address);
        Address governor = await CreateAsync("AitGovernor", votes, timelock, 1, 3, 1, 1000);
        await SendAsync("AIToken", token, "mint", node.Key.Address, s_deposit);
        await SendAsync("AIToken", token, "approve", votes, s_deposit);
        await SendAsync("VotingToken", votes, "depositFor", node.Key.Address, s_deposit);
        await SendAsync("VotingToken", votes, "delegate", node.Key.Address);
        await node.MineAsync(1); // A proposer's votes are those of the block before.
        return (new AitGovernorContract(governor, node.Client), node.Deployment with { AitGovernor = governor, Governor = timelock });

        async Task<Address> CreateAsync(string name, params AbiValue[] arguments)
        {
            SendResult result = await new ContractDeployer(node.Sender).DeployAsync(ContractArtifact.Load(name), arguments, name + "/governance", Cancellation);
            return Assert.IsType<SendResult.Mined>(result).Receipt.ContractAddress!.Value; // A creation's receipt names its contract.
        }

        Task SendAsync(string name, Address at, string function, params AbiValue[] arguments) =>
            MinedAsync(node, new Contract(at, node.Client, ContractArtifact.Load(name).Abi).Transaction(function, arguments));
    }

    private static async Task<SendResult.Mined> MinedAsync(RealChain node, TransactionRequest request)
    {
        SendResult result = await node.Sender.SendAsync(request, Cancellation);
        return Assert.IsType<SendResult.Mined>(result);
    }
}
