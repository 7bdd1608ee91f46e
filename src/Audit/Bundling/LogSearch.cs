using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Chain.Rpc;

namespace Ait.Audit.Bundling;

/// <summary>Finds logs by event and first indexed argument, newest first, and the blocks around them.</summary>
internal sealed class LogSearch
{
    private const ulong Page = 5_000;
    private readonly EthereumClient _client;
    private readonly BlockReader _reader;
    private readonly Dictionary<ulong, BlockContent> _blocks = [];

    internal LogSearch(EthereumClient client)
    {
        _client = client;
        _reader = new BlockReader(client);
    }

    /// <summary>The logs of some events of a contract about one thing, or all of them, from a block back to another; they are asked for as they are read.</summary>
    internal async IAsyncEnumerable<Log> NewestFirstAsync(
        Address contract, IEnumerable<AbiEvent> events, Hash256? about, ulong first, ulong last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Hash256[] topics = [.. events.Select(known => known.Topic)];
        ulong page = Page;
        bool grows = true;
        for (ulong end = last; end >= first;)
        {
            ulong start = end - first >= page ? end - page + 1 : first;
            var filter = new LogFilter { FromBlock = start, ToBlock = end, Addresses = [contract], Topics = [.. topics], SecondTopics = about is { } thing ? [thing] : [] };
            ImmutableArray<Log> found;
            try
            {
                found = await _client.GetLogsAsync(filter, cancellation).ConfigureAwait(false);
            }
            catch (RpcException fault) when (fault.Failure is RpcFailure.RpcError && page > Page)
            {
                (page, grows) = (Page, false); // More blocks than this node answers for at once.
                continue;
            }

            foreach (Log log in found.Reverse())
            {
                yield return log;
            }

            if (start == first)
            {
                yield break;
            }

            end = start - 1;
            page = grows ? page * 2 : page;
        }
    }

    /// <summary>The last such log; null if there is none.</summary>
    internal async Task<Log?> LastAsync(Address contract, IEnumerable<AbiEvent> events, Hash256 about, ulong first, ulong last, CancellationToken cancellation)
    {
        await foreach (Log log in NewestFirstAsync(contract, events, about, first, last, cancellation).ConfigureAwait(false))
        {
            return log;
        }

        return null;
    }

    internal async Task<BlockContent> BlockAsync(ulong number, CancellationToken cancellation)
    {
        if (!_blocks.TryGetValue(number, out BlockContent? block))
        {
            block = await _reader.ReadAsync(number, cancellation).ConfigureAwait(false);
            _blocks.Add(number, block);
        }

        return block;
    }

    internal async Task<BlockHeader> HeaderAsync(ulong number, CancellationToken cancellation) =>
        (await _reader.ReadHeaderAsync(number, cancellation).ConfigureAwait(false)).Header;

    internal async Task<ProvenTransaction> ProveAsync(Log log, CancellationToken cancellation) =>
        ProvenTransaction.Of(await BlockAsync(log.BlockNumber, cancellation).ConfigureAwait(false), (int)log.TransactionIndex);
}
