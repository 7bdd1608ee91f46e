using System.Collections.Immutable;

using Ait.Chain.Rpc;

namespace Ait.Chain.Events;

/// <summary>
/// Reads the logs of contracts in the order of the chain and takes back what a reorganisation removed. It holds no position: each
/// read takes the host's cursor and returns the next one, so that cursor and effects can be stored in one step.
/// </summary>
public sealed class LogReader
{
    private readonly EthereumClient _client;
    private readonly LogReaderOptions _options;
    private ulong _page;

    /// <summary>A reader of some contracts' logs.</summary>
    /// <exception cref="ArgumentException">No contract is named, or the page is empty.</exception>
    public LogReader(EthereumClient client, LogReaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Addresses.IsDefaultOrEmpty)
        {
            throw new ArgumentException("Expected at least one contract.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfZero(options.MaxPage, nameof(options));
        ArgumentOutOfRangeException.ThrowIfZero(options.MaxReorganisation, nameof(options));
        _client = client;
        _options = options;
        _page = options.MaxPage;
    }

    /// <summary>Reads one page behind the cursor, or takes back what is no longer on the chain.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    /// <exception cref="DeepReorganisationException">Nothing the cursor remembers is on the chain any more.</exception>
    public async Task<LogPage> ReadAsync(LogCursor cursor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        Block head = await RequireBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (IsBehind(cursor, head))
        {
            return new LogPage([], cursor, IsCaughtUp: true);
        }

        (cursor, ImmutableArray<LogChange> removed) = await RewindAsync(cursor, head, cancellation).ConfigureAwait(false);
        if (head.Number < _options.Confirmations || cursor.NextBlock > head.Number - _options.Confirmations)
        {
            return new LogPage(removed, cursor, IsCaughtUp: true);
        }

        if (removed.Length > 0)
        {
            return new LogPage(removed, cursor, IsCaughtUp: false);
        }

        ulong confirmed = head.Number - _options.Confirmations;
        return await ReadPageAsync(cursor, confirmed, head.Number, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the node answers from a head that was read before: one of several replicas lags, or a shorter chain will soon grow past
    /// what it replaced. Either way nothing is known to be taken back yet.
    /// </summary>
    private static bool IsBehind(LogCursor cursor, Block head)
    {
        if (cursor.Recent.IsEmpty || head.Number >= cursor.Recent[^1].Number)
        {
            return false;
        }

        BlockMark? remembered = cursor.Recent.FirstOrDefault(mark => mark.Number == head.Number);
        return remembered is null || remembered.Hash == head.Hash;
    }

    /// <summary>Drops remembered blocks that left the chain, newest first.</summary>
    private async Task<(LogCursor Cursor, ImmutableArray<LogChange> Removed)> RewindAsync(LogCursor cursor, Block head, CancellationToken cancellation)
    {
        ImmutableArray<BlockMark> recent = cursor.Recent;
        ImmutableArray<LogChange>.Builder removed = ImmutableArray.CreateBuilder<LogChange>();
        ulong next = cursor.NextBlock;
        while (recent.Length > 0 && !await IsOnChainAsync(recent[^1], head, cancellation).ConfigureAwait(false))
        {
            BlockMark gone = recent[^1];
            removed.AddRange(gone.Logs.Reverse().Select(static log => new LogChange(IsRemoved: true, log)));
            recent = recent.RemoveAt(recent.Length - 1);
            next = recent.Length > 0 ? recent[^1].Number + 1 : gone.Number;
        }

        if (recent.Length == 0 && cursor.Recent.Length > 0)
        {
            throw new DeepReorganisationException(
                $"Expected block {cursor.Recent[0].Number} to be {cursor.Recent[0].Hash}, found another; the reader remembers nothing below it.");
        }

        return (new LogCursor(next, recent), removed.ToImmutable());
    }

    private async Task<bool> IsOnChainAsync(BlockMark mark, Block head, CancellationToken cancellation)
    {
        if (mark.Number >= head.Number)
        {
            return mark.Number == head.Number && mark.Hash == head.Hash;
        }

        Block? block = await _client.GetBlockAsync(mark.Number, cancellation).ConfigureAwait(false);
        return block is not null && block.Hash == mark.Hash;
    }

    private async Task<LogPage> ReadPageAsync(LogCursor cursor, ulong confirmed, ulong head, CancellationToken cancellation)
    {
        while (true)
        {
            ulong to = Math.Min(confirmed, cursor.NextBlock + _page - 1);
            Block last = await RequireBlockAsync(to, cancellation).ConfigureAwait(false);
            ImmutableArray<Log> logs;
            try
            {
                var filter = new LogFilter { FromBlock = cursor.NextBlock, ToBlock = to, Addresses = _options.Addresses, Topics = _options.Topics };
                logs = await _client.GetLogsAsync(filter, cancellation).ConfigureAwait(false);
            }
            catch (RpcException fault) when (fault.Failure is RpcFailure.RpcError or RpcFailure.BadResponse or RpcFailure.Timeout && to > cursor.NextBlock)
            {
                // Nodes limit the range or the size of an answer, each in its own words.
                _page = Math.Max(1, (to - cursor.NextBlock + 1) / 2);
                continue;
            }

            _page = Math.Min(_options.MaxPage, _page * 2);
            ImmutableArray<BlockMark>? marks = await MarkAsync(cursor, last, head, logs, cancellation).ConfigureAwait(false);
            if (marks is not { } read)
            {
                // The chain moved while it was read: the next read starts from the same cursor.
                return new LogPage([], cursor, IsCaughtUp: false);
            }

            ulong oldest = head > _options.MaxReorganisation ? head - _options.MaxReorganisation : 0;
            ImmutableArray<BlockMark> recent = [.. cursor.Recent.AddRange(read).Where((mark, i) => mark.Number >= oldest || i == cursor.Recent.Length + read.Length - 1)];
            return new LogPage(
                [.. Ordered(logs).Select(static log => new LogChange(IsRemoved: false, log))],
                new LogCursor(to + 1, recent),
                IsCaughtUp: to == confirmed);
        }
    }

    /// <summary>
    /// The blocks of a page that may still be reorganised away, linked to each other and to the cursor by parent hashes, with their
    /// logs; null if they do not link, hold other logs than were answered, or the page's last block has changed since.
    /// </summary>
    private async Task<ImmutableArray<BlockMark>?> MarkAsync(LogCursor cursor, Block last, ulong head, ImmutableArray<Log> logs, CancellationToken cancellation)
    {
        ILookup<ulong, Log> byBlock = Ordered(logs).ToLookup(static log => log.BlockNumber);
        ulong from = head > _options.MaxReorganisation ? Math.Max(cursor.NextBlock, head - _options.MaxReorganisation) : cursor.NextBlock;
        from = Math.Min(from, last.Number);
        ImmutableArray<BlockMark>.Builder marks = ImmutableArray.CreateBuilder<BlockMark>();
        BlockMark? below = cursor.Recent.IsEmpty ? null : cursor.Recent[^1];
        for (ulong number = from; number <= last.Number; number++)
        {
            // The last block is asked for again, after its logs.
            Block? block = await _client.GetBlockAsync(number, cancellation).ConfigureAwait(false);
            bool links = block is not null && (below is null || below.Number + 1 != number || below.Hash == block.ParentHash);
            if (block is null || !links || byBlock[number].Any(log => log.BlockHash != block.Hash))
            {
                return null;
            }

            below = new BlockMark(number, block.Hash, [.. byBlock[number]]);
            marks.Add(below);
        }

        bool inRange = logs.All(log => log.BlockNumber >= cursor.NextBlock && log.BlockNumber <= last.Number && _options.Addresses.Contains(log.Address));
        return inRange && below?.Hash == last.Hash ? marks.ToImmutable() : null;
    }

    private static IEnumerable<Log> Ordered(ImmutableArray<Log> logs) => logs.OrderBy(static log => log.BlockNumber).ThenBy(static log => log.LogIndex);

    private async Task<Block> RequireBlockAsync(BlockTag tag, CancellationToken cancellation) =>
        await _client.GetBlockAsync(tag, cancellation).ConfigureAwait(false)
        ?? throw new RpcException(RpcFailure.BadResponse, $"eth_getBlockByNumber: expected block {tag}, found none.");
}
