using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Rlp;
using Ait.Chain.Tries;

namespace Ait.EndToEnd.Tests;

/// <summary>A block of one transaction that somebody made up, with proofs that hold: what a forger without a chain can do.</summary>
internal static class MadeUpBlock
{
    private const int TransactionsRoot = 4;
    private const int ReceiptsRoot = 5;
    private const int Number = 8;
    private const int Timestamp = 11;

    /// <summary>Puts a made-up block in the place of a proven one: a few bytes of transaction or receipt are others, or the header's numbers are.</summary>
    internal static void Replace(JsonObject proven, Random chance)
    {
        byte[] raw = Hex.Decode((string)proven["raw"]!);
        byte[] receipt = Hex.Decode((string)proven["receipt"]!);
        RlpItem header = Header(proven);
        RlpItem[] fields = [.. header.Items];
        switch (chance.Next(4))
        {
            case 0:
                Change(raw, chance);
                break;
            case 1:
                Change(receipt, chance);
                break;
            case 2:
                ulong[] times = [0, ulong.MaxValue, (ulong)chance.NextInt64()];
                fields[Timestamp] = times[chance.Next(times.Length)];
                break;
            default:
                ulong[] numbers = [0, ulong.MaxValue, (ulong)chance.NextInt64()];
                fields[Number] = numbers[chance.Next(numbers.Length)];
                break;
        }

        OrderedTrie transactions = OrderedTrie.Build([raw]);
        OrderedTrie receipts = OrderedTrie.Build([receipt]);
        (fields[TransactionsRoot], fields[ReceiptsRoot]) = (transactions.Root, receipts.Root);
        byte[] encoded = RlpCodec.Encode(RlpItem.List(fields));
        Assert.True(BlockHeader.TryDecode(encoded, out _, out DecodeFault? fault), $"{fault}");
        proven["header"] = Hex.Encode(encoded);
        proven["position"] = 0;
        proven["raw"] = Hex.Encode(raw);
        proven["receipt"] = Hex.Encode(receipt);
        proven["transactionProof"] = Proof(transactions);
        proven["receiptProof"] = Proof(receipts);
    }

    private static RlpItem Header(JsonObject proven)
    {
        Assert.True(RlpCodec.TryDecode(Hex.Decode((string)proven["header"]!), out RlpItem? header, out DecodeFault? fault), $"{fault}");
        return header;
    }

    private static JsonArray Proof(OrderedTrie trie) => new([.. trie.Proof(0).Select(node => (JsonNode)Hex.Encode(node.Span))]);

    /// <summary>One to four bytes, or a run of ones such as makes numbers larger than their types.</summary>
    private static void Change(byte[] bytes, Random chance)
    {
        if (chance.Next(3) == 0)
        {
            int length = Math.Min(32, bytes.Length);
            bytes.AsSpan(chance.Next(bytes.Length - length + 1), length).Fill(0xff);
            return;
        }

        for (int count = chance.Next(1, 5); count > 0; count--)
        {
            bytes[chance.Next(bytes.Length)] ^= (byte)chance.Next(1, 256);
        }
    }
}
