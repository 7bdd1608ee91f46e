using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Rpc;

namespace Ait.Audit.Gathering;

/// <summary>Holds a record against itself: headers hash to what they are called, blocks hold what their headers say, logs are those of the receipts.</summary>
internal static class RecordCheck
{
    internal static void Run(ChainRecord record, AuditBook book)
    {
        CheckHeaders(record, book);
        foreach (BlockContent block in record.Blocks.Values.OrderBy(block => block.Header.Number))
        {
            Check(block, book);
        }

        CheckLogs(record, book);
    }

    private static void CheckHeaders(ChainRecord record, AuditBook book)
    {
        BlockHeader? before = null;
        foreach ((ulong number, (BlockHeader header, Hash256 told)) in record.Headers.OrderBy(pair => pair.Key))
        {
            if (header.Hash != told || header.Number != number)
            {
                book.Find(AuditFault.HeaderHash, number, null, "hash of the header", $"{header.Hash} of block {header.Number}", $"{told}");
            }

            if (before is not null && before.Number + 1 == header.Number && header.ParentHash != before.Hash)
            {
                book.Find(AuditFault.HeaderLink, number, null, "parent", $"{before.Hash}", $"{header.ParentHash}");
            }

            before = header;
        }

        book.Count("headers hashed and linked", record.Headers.Count);
    }

    private static void Check(BlockContent block, AuditBook book)
    {
        ulong number = block.Header.Number;
        if (block.CanCheckTransactions && block.TransactionTrie.Root != block.Header.TransactionsRoot)
        {
            book.Find(AuditFault.Transactions, number, null, "root over the transactions", $"{block.Header.TransactionsRoot}", $"{block.TransactionTrie.Root}");
        }

        if (block.ReceiptTrie.Root != block.Header.ReceiptsRoot || block.Receipts.Length != block.Transactions.Length)
        {
            book.Find(AuditFault.Receipts, number, null, "root over the receipts", $"{block.Header.ReceiptsRoot}", $"{block.ReceiptTrie.Root}");
        }

        book.Count("transactions held against their block", block.Transactions.Length);
    }

    /// <summary>Logs found by search are those of the receipts: none more, none less, none other.</summary>
    private static void CheckLogs(ChainRecord record, AuditBook book)
    {
        string[] told = [.. record.Logs.Select(Text)];
        string[] held = [.. record.Blocks.Values.OrderBy(block => block.Header.Number).SelectMany(block => block.Receipts).SelectMany(receipt => receipt.Logs)
            .Where(log => record.Contracts.ContainsKey(log.Address)).Select(Text)];
        for (int i = 0; i < Math.Max(told.Length, held.Length); i++)
        {
            string expected = i < held.Length ? held[i] : "no further log";
            string found = i < told.Length ? told[i] : "none";
            if (expected != found)
            {
                ulong block = i < record.Logs.Length ? record.Logs[i].BlockNumber : record.Head;
                book.Find(AuditFault.Logs, block, null, "a log that the node found", expected, found);
                break;
            }
        }

        book.Count("logs held against receipts", held.Length);
    }

    private static string Text(Log log) => $"{log.BlockNumber}/{log.LogIndex} {log.Address} {string.Join(' ', log.Topics)} {Convert.ToHexStringLower(log.Data.AsSpan())}";
}
