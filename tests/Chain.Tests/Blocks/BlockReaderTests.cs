using System.Numerics;

using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;
using Ait.Chain.Tries;

namespace Ait.Chain.Tests.Blocks;

/// <summary>Blocks of a real node, written as they are hashed.</summary>
public sealed class BlockReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_writesHeadersTransactionsAndReceiptsAsTheNodeHashedThem()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "--no-mining");
        using Secp256k1PrivateKey key = Anvil.Funded();

        // Several kinds of transactions in one block: a creation with a log, transfers, an old one without a type, one that fails.
        ReadOnlyMemory<byte> creation = ContractArtifact.Load("AIToken").Deployment(key.Address).Data.AsMemory();
        Hash256[] sent =
        [
            await SendAsync(chain, key, 0, null, creation, 3_000_000),
            await SendAsync(chain, key, 1, key.Address, default, 21_000),
            await SendLegacyAsync(chain, key, 2),
            await SendAsync(chain, key, 3, null, new byte[] { 0xfe }, 100_000),
        ];
        await chain.MineAsync(1, Cancellation);

        BlockContent block = await new BlockReader(chain.Client).ReadAsync(1, Cancellation);
        Assert.Equal(block.ToldHash, block.Header.Hash);
        Assert.Equal(sent, block.Transactions.Select(transaction => transaction.Hash));
        Assert.Equal([true, true, true, false], block.Receipts.Select(receipt => receipt.Succeeded));
        Assert.True(block.CanCheckTransactions);
        Assert.Equal(block.Header.TransactionsRoot, block.TransactionTrie.Root);
        Assert.Equal(block.Header.ReceiptsRoot, block.ReceiptTrie.Root);
        Assert.True(TrieProof.TryVerify(block.Header.ReceiptsRoot, 2, block.ReceiptTrie.Proof(2), out ReadOnlyMemory<byte> receipt, out _));
        Assert.Equal(block.Receipts[2].Encoded.ToArray(), receipt.ToArray());

        // What the tries hold says the same as the node did.
        foreach ((MinedTransaction sentOne, MinedReceipt outcome) in block.Transactions.Zip(block.Receipts))
        {
            Assert.True(MinedTransaction.TryDecode(sentOne.Raw.AsSpan(), out MinedTransaction? transaction, out DecodeFault? wrong), $"{wrong}");
            Assert.Equal((sentOne.Hash, sentOne.To), (transaction.Hash, transaction.To));
            Assert.Equal(sentOne.Input, transaction.Input);
            Assert.True(MinedReceipt.TryDecode(outcome.Encoded.AsSpan(), sentOne.Hash, block.Header, out MinedReceipt? decoded, out wrong), $"{wrong}");
            Assert.Equal(outcome.Succeeded, decoded.Succeeded);
            Assert.Equal(outcome.Logs.Select(log => (log.Address, Hex.Encode(log.Data.AsSpan()))), decoded.Logs.Select(log => (log.Address, Hex.Encode(log.Data.AsSpan()))));
            Assert.Equal(outcome.Logs.SelectMany(log => log.Topics), decoded.Logs.SelectMany(log => log.Topics));
            AssertReadsOrRefuses(sentOne.Raw.AsSpan(), bytes => MinedTransaction.TryDecode(bytes, out _, out _));
            AssertReadsOrRefuses(outcome.Encoded.AsSpan(), bytes => MinedReceipt.TryDecode(bytes, sentOne.Hash, block.Header, out _, out _));
        }

        (BlockHeader genesis, Hash256 told) = await new BlockReader(chain.Client).ReadHeaderAsync(0, Cancellation);
        Assert.Equal(told, genesis.Hash);
        Assert.Equal(genesis.Hash, block.Header.ParentHash);
        Assert.True(BlockHeader.TryDecode(block.Header.Encoded.AsSpan(), out BlockHeader? again, out _));
        Assert.Equal((block.Header.Hash, block.Header.Number, block.Header.Timestamp), (again.Hash, again.Number, again.Timestamp));
        Assert.False(BlockHeader.TryDecode([.. block.Header.Encoded, 0], out _, out _));

        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => new BlockReader(chain.Client).ReadAsync(9, Cancellation));
        Assert.Contains("does not have block", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Refuses bytes that end too early or too late; answers in some way to every changed one.</summary>
    private static void AssertReadsOrRefuses(ReadOnlySpan<byte> genuine, Func<byte[], bool> reads)
    {
        Assert.False(reads([]));
        Assert.False(reads(genuine[..^1].ToArray()));
        Assert.False(reads([.. genuine, 0]));
        for (int place = 0; place < Math.Min(genuine.Length, 600); place++)
        {
            foreach (byte other in (ReadOnlySpan<byte>)[0, 0x7f, 0x80, 0xb8, 0xc0, 0xff])
            {
                byte[] changed = genuine.ToArray();
                changed[place] = other;
                reads(changed);
            }
        }
    }

    private static async Task<Hash256> SendAsync(Anvil chain, Secp256k1PrivateKey key, ulong nonce, Address? to, ReadOnlyMemory<byte> data, ulong gas)
    {
        var transaction = new Eip1559Transaction
        {
            ChainId = 31337,
            Nonce = nonce,
            MaxPriorityFeePerGas = 1,
            MaxFeePerGas = BigInteger.Pow(10, 10),
            GasLimit = gas,
            To = to,
            Data = [.. data.Span],
            AccessList = to is null ? [] : [new AccessListEntry(key.Address, [Hash256.Zero])],
        };
        if (to is not null)
        {
            transaction = transaction with { GasLimit = gas + 10_000 };
        }

        return await chain.Client.SendRawTransactionAsync(transaction.Sign(key).Raw.AsMemory(), Cancellation);
    }

    private static async Task<Hash256> SendLegacyAsync(Anvil chain, Secp256k1PrivateKey key, ulong nonce)
    {
        var transaction = new LegacyTransaction { ChainId = 31337, Nonce = nonce, GasPrice = BigInteger.Pow(10, 10), GasLimit = 21_000, To = key.Address };
        return await chain.Client.SendRawTransactionAsync(transaction.Sign(key), Cancellation);
    }
}
