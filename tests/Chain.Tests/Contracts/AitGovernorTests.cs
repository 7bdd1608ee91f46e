using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Contracts;

/// <summary>The governor on a real node, from deposit to execution, and how its calls are said.</summary>
public sealed class AitGovernorTests
{
    private static readonly BigInteger s_deposit = BigInteger.Pow(10, 18) * 100;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Governor_saysItsRulesAndWhereAProposalStands()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key);
        (AitGovernorContract governor, Address timelock) = await DeployAsync(chain, sender);
        GovernorSettings settings = await governor.GetSettingsAsync(BlockTag.Latest, Cancellation);
        Assert.Equal(
            (timelock, 1ul, 4ul, (BigInteger)1, s_deposit * 4 / 100, 2ul),
            (settings.Timelock, settings.VotingDelay, settings.VotingPeriod, settings.ProposalThreshold, settings.Quorum, settings.TimelockDelay));

        // Solidity takes a description that is no UTF-8; its proposal is seen like any other and can be carried out.
        var call = new ProposedCall(timelock, 0, ContractArtifact.Load("TimelockController").Abi.Function("updateDelay").EncodeCall(7));
        byte[] description = [0x41, 0xff, 0x42];
        SendResult.Mined made = await MinedAsync(sender, new TransactionRequest
        {
            To = governor.Address,
            Data =
            [
                .. governor.Abi.Function("propose").EncodeCall(AbiValue.List(), AbiValue.List(), AbiValue.List(), "").AsSpan(0, 4),
                .. AbiCodec.Encode("(address[],uint256[],bytes[],bytes)", AbiValue.List((AbiValue)call.Target), AbiValue.List((AbiValue)call.Value), AbiValue.List((AbiValue)call.Data), description),
            ],
        });
        Assert.True(governor.TryReadCreation(Assert.Single(made.Receipt.Logs), out ProposalCreation? creation));
        Assert.Equal(("A\ufffdB", Keccak256.Hash(description), key.Address), (creation.Description, creation.DescriptionHash, creation.Proposer));
        Assert.Equal(creation.Id, await governor.GetIdAsync(call, creation.DescriptionHash, BlockTag.Latest, Cancellation));
        Assert.Equal(call.Data.ToArray(), Assert.Single(creation.Calls).Data.ToArray());
        Assert.Equal((made.Receipt.BlockNumber + 1, made.Receipt.BlockNumber + 5), (creation.VoteStart, creation.VoteEnd));

        await StandsAsync(ProposalState.Pending);
        await chain.MineAsync(2, Cancellation);
        Assert.Equal(BigInteger.Zero, (await StandsAsync(ProposalState.Active)).For);
        SendResult.Mined cast = await MinedAsync(sender, governor.CastVote(creation.Id, VoteSupport.For));
        Assert.False(governor.TryReadCreation(Assert.Single(cast.Receipt.Logs), out _));
        Proposal voted = await StandsAsync(ProposalState.Active);
        Assert.Equal((s_deposit, BigInteger.Zero, BigInteger.Zero, settings.Quorum, 0ul), (voted.For, voted.Against, voted.Abstained, voted.Quorum, voted.ExecutableAt));
        await chain.MineAsync(4, Cancellation);
        await StandsAsync(ProposalState.Succeeded);
        await MinedAsync(sender, governor.Queue(creation));
        Proposal queued = await StandsAsync(ProposalState.Queued);
        await chain.CallAsync("evm_setNextBlockTimestamp", [queued.ExecutableAt], Cancellation);
        await chain.MineAsync(1, Cancellation);
        await MinedAsync(sender, governor.Execute(creation));
        await StandsAsync(ProposalState.Executed);
        Assert.Equal(7ul, (await governor.GetSettingsAsync(BlockTag.Latest, Cancellation)).TimelockDelay);

        async Task<Proposal> StandsAsync(ProposalState expected)
        {
            Proposal proposal = await governor.GetProposalAsync(creation, BlockTag.Latest, Cancellation);
            Assert.Equal(expected, proposal.State);
            return proposal;
        }
    }

    [Fact]
    public void Call_isSaidByTheFunctionsOfTheContractThatItCalls()
    {
        Address registry = Address.Parse("0x00000000000000000000000000000000000000bb");
        Address unknown = Address.Parse("0x00000000000000000000000000000000000000cc");
        var names = new CallNames([("MiningRegistry", registry), ("DeviceRegistry", Address.Zero)]);
        byte[] rates = ContractArtifact.Load("MiningRegistry").Abi.Function("setRates").EncodeCall(1, 2);
        byte[] transfer = ContractArtifact.Load("AIToken").Abi.Function("transfer").EncodeCall(unknown, 5);
        Assert.Equal("MiningRegistry.setRates(1, 2)", names.Describe(registry, rates));
        Assert.Equal($"{unknown}.setRates(1, 2)", names.Describe(unknown, rates));
        Assert.Equal($"{unknown}.transfer({unknown}, 5)", names.Describe(unknown, transfer));
        Assert.Equal($"MiningRegistry: {Hex.Encode(transfer)}", names.Describe(registry, transfer)); // It has no such function.
        Assert.Equal($"{Address.Zero}: 0x", names.Describe(Address.Zero, []));
        Assert.Equal($"MiningRegistry: {Hex.Encode(rates)}ff", names.Describe(registry, [.. rates, 0xff]));
    }

    private static async Task<(AitGovernorContract Governor, Address Timelock)> DeployAsync(Anvil chain, TransactionSender sender)
    {
        Address token = await CreateAsync("AIToken", sender.Account); // The account stands for the registry, which mints.
        Address votes = await CreateAsync("VotingToken", token);
        Address timelock = await CreateAsync("TimelockController", 2, AbiValue.List(), AbiValue.List((AbiValue)Address.Zero), sender.Account);
        var governor = new AitGovernorContract(await CreateAsync("AitGovernor", votes, timelock, 1, 4, 1, 1000), chain.Client);
        await SendAsync("AIToken", token, "mint", sender.Account, s_deposit);
        await SendAsync("AIToken", token, "approve", votes, s_deposit);
        await SendAsync("VotingToken", votes, "depositFor", sender.Account, s_deposit);
        await SendAsync("VotingToken", votes, "delegate", sender.Account);
        await SendAsync("TimelockController", timelock, "grantRole", Keccak256.Hash("PROPOSER_ROLE"u8), governor.Address);
        return (governor, timelock);

        async Task<Address> CreateAsync(string name, params AbiValue[] arguments)
        {
            SendResult result = await new ContractDeployer(sender).DeployAsync(ContractArtifact.Load(name), arguments, name, Cancellation);
            return Assert.IsType<SendResult.Mined>(result).Receipt.ContractAddress ?? throw new InvalidOperationException("The creation made no contract.");
        }

        Task<SendResult.Mined> SendAsync(string name, Address at, string function, params AbiValue[] arguments) =>
            MinedAsync(sender, new Contract(at, chain.Client, ContractArtifact.Load(name).Abi).Transaction(function, arguments));
    }

    private static async Task<SendResult.Mined> MinedAsync(TransactionSender sender, TransactionRequest request)
    {
        SendResult result = await sender.SendAsync(request, Cancellation);
        return Assert.IsType<SendResult.Mined>(result);
    }
}
