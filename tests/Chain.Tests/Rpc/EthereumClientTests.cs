using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Rpc;

/// <summary>Every method against a real node.</summary>
public sealed class EthereumClientTests
{
    private static readonly Address s_payee = Address.Parse("0x00000000000000000000000000000000000000aa");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Client_readsChainBlocksAccountsAndFees()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        EthereumClient client = chain.Client;
        Assert.Equal(31337ul, await client.GetChainIdAsync(Cancellation));
        Assert.Equal(0ul, await client.GetBlockNumberAsync(Cancellation));
        await chain.MineAsync(3, Cancellation);
        Block? latest = await client.GetBlockAsync(BlockTag.Latest, Cancellation);
        Block? below = await client.GetBlockAsync(2, Cancellation);
        Assert.NotNull(latest);
        Assert.NotNull(below);
        Assert.Equal(3ul, latest.Number);
        Assert.Equal(below.Hash, latest.ParentHash);
        Assert.True(latest.Timestamp >= below.Timestamp);
        Assert.True(latest.BaseFeePerGas > 0);
        Assert.Equal(latest, await client.GetBlockAsync(latest.Hash, Cancellation));
        Assert.Null(await client.GetBlockAsync(99, Cancellation));
        Assert.Null(await client.GetBlockAsync(Hash256.Zero, Cancellation));
        Assert.Equal(BigInteger.Pow(10, 22), await client.GetBalanceAsync(key.Address, BlockTag.Latest, Cancellation));
        Assert.Equal(0, await client.GetBalanceAsync(s_payee, BlockTag.Earliest, Cancellation));
        Assert.Empty(await client.GetCodeAsync(s_payee, BlockTag.Latest, Cancellation));
        Assert.Equal(0ul, await client.GetTransactionCountAsync(key.Address, BlockTag.Pending, Cancellation));
        Assert.Equal(Hash256.Zero, await client.GetStorageAtAsync(s_payee, Hash256.Zero, BlockTag.Latest, Cancellation));
        Assert.True(await client.GetMaxPriorityFeePerGasAsync(Cancellation) >= 0);
        FeeHistory fees = await client.GetFeeHistoryAsync(2, BlockTag.Latest, [50], Cancellation);
        Assert.Equal(2ul, fees.OldestBlock);
        Assert.Equal(3, fees.BaseFeePerGas.Length);
        Assert.Equal(2, fees.GasUsedRatio.Length);
        Assert.Null(await client.GetTransactionReceiptAsync(Hash256.Zero, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_agreesWithTheNodeOnHashSenderAndContract()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();

        // PUSH1 42, PUSH0, MSTORE, 32 bytes returned, as the code of a contract that PUSH/CODECOPY creation code leaves behind.
        byte[] runtime = Convert.FromHexString("602a5f5260205ff3");
        byte[] creation = [.. Convert.FromHexString("6008600c60003960086000f3"), .. runtime];
        SignedTransaction transaction = new Eip1559Transaction
        {
            ChainId = 31337,
            Nonce = 0,
            MaxPriorityFeePerGas = 1,
            MaxFeePerGas = 3_000_000_000,
            GasLimit = 200_000,
            Data = [.. creation],
            AccessList = [new AccessListEntry(s_payee, [Hash256.Zero])],
        }.Sign(key);
        Assert.Equal(transaction.Hash, await chain.Client.SendRawTransactionAsync(transaction.Raw.AsMemory(), Cancellation));
        TransactionReceipt? receipt;
        while ((receipt = await chain.Client.GetTransactionReceiptAsync(transaction.Hash, Cancellation)) is null)
        {
            await Task.Delay(10, Cancellation);
        }

        Assert.True(receipt.Succeeded);
        Assert.Equal(key.Address, receipt.From);
        Assert.Null(receipt.To);
        Assert.NotNull(receipt.ContractAddress);
        Assert.Equal(runtime, await chain.Client.GetCodeAsync(receipt.ContractAddress.Value, BlockTag.Latest, Cancellation));
        var call = new CallRequest { To = receipt.ContractAddress };
        CallResult.Returned returned = Assert.IsType<CallResult.Returned>(await chain.Client.CallAsync(call, BlockTag.Latest, Cancellation));
        Assert.Equal(42, returned.Data[^1]);
        Assert.IsType<GasEstimate.Estimated>(await chain.Client.EstimateGasAsync(call, BlockTag.Latest, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_answersWithARevertInsteadOfFailing()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);

        // Creation code that reverts with the byte 0x2a; then with nothing.
        var call = new CallRequest { Data = Convert.FromHexString("602a5f5360015ffd") };
        CallResult.Reverted reverted = Assert.IsType<CallResult.Reverted>(await chain.Client.CallAsync(call, BlockTag.Latest, Cancellation));
        Assert.Equal(ImmutableArray.Create<byte>(0x2a), reverted.Data);
        GasEstimate.Reverted estimate = Assert.IsType<GasEstimate.Reverted>(await chain.Client.EstimateGasAsync(call, BlockTag.Latest, Cancellation));
        Assert.Equal(ImmutableArray.Create<byte>(0x2a), estimate.Call.Data);
        reverted = Assert.IsType<CallResult.Reverted>(await chain.Client.CallAsync(new CallRequest { Data = Convert.FromHexString("5f5ffd") }, BlockTag.Latest, Cancellation));
        Assert.Empty(reverted.Data);
    }
}
