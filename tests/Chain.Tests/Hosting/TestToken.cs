using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Hosting;

/// <summary>A token whose registry is a plain account, so that a test mints as it likes: a counter with events and a custom error.</summary>
internal sealed class TestToken(Address address, EthereumClient client)
{
    public AITokenContract Contract { get; } = new(address, client);

    public static async Task<TestToken> DeployAsync(Anvil chain, TransactionSender sender, CancellationToken cancellation)
    {
        SendResult result = await new ContractDeployer(sender).DeployAsync(ContractArtifact.Load("AIToken"), [sender.Account], "deploy", cancellation);
        SendResult.Mined mined = Assert.IsType<SendResult.Mined>(result);
        Assert.NotNull(mined.Receipt.ContractAddress);
        return new TestToken(mined.Receipt.ContractAddress.Value, chain.Client);
    }

    public TransactionRequest Mint(Address account, BigInteger amount, ulong? gasLimit = null) =>
        Contract.Transaction("mint(address,uint256)", account, amount) with { GasLimit = gasLimit };

    public Task<BigInteger> SupplyAsync(CancellationToken cancellation) => Contract.GetTotalSupplyAsync(BlockTag.Latest, cancellation);

    public async Task<ImmutableArray<Log>> LogsAsync(CancellationToken cancellation) => await Contract.Client.GetLogsAsync(
        new LogFilter { FromBlock = 0, ToBlock = await Contract.Client.GetBlockNumberAsync(cancellation), Addresses = [Contract.Address] },
        cancellation);
}
