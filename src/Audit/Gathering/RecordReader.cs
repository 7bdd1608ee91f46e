using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;

namespace Ait.Audit.Gathering;

/// <summary>Reads a network's record from a node.</summary>
internal sealed class RecordReader
{
    private const ulong Page = 5_000;

    /// <summary>Beyond so many blocks the links between those without events are not read.</summary>
    private const ulong MostHeaders = 20_000;

    /// <summary>Requests under way at once.</summary>
    private const int Width = 8;

    private readonly EthereumClient _client;
    private readonly BlockReader _blocks;
    private readonly Action<string> _tell;

    internal RecordReader(EthereumClient client, Action<string> tell)
    {
        _client = client;
        _blocks = new BlockReader(client);
        _tell = tell;
    }

    internal async Task<ChainRecord> ReadAsync(AuditScope scope, ulong fromBlock, CancellationToken cancellation)
    {
        ulong head = await _client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        BlockTag at = head;
        var mining = new MiningRegistryContract(scope.MiningRegistry, _client);
        var token = new AITokenContract(scope.Token, _client);
        var dcap = new DcapVerifierContract(scope.DcapVerifier, _client);
        Address inbox = await mining.GetInboxAsync(at, cancellation).ConfigureAwait(false);
        Address subsidy = await mining.GetSubsidyAsync(at, cancellation).ConfigureAwait(false);
        Address moves = await mining.GetCreditMovesAsync(at, cancellation).ConfigureAwait(false);
        Address attendance = await new DeviceRegistryContract(scope.DeviceRegistry, _client).GetAttendanceAsync(at, cancellation).ConfigureAwait(false);
        Address certificates = await dcap.GetCertificatesAsync(at, cancellation).ConfigureAwait(false);
        Address collateral = await dcap.GetCollateralAsync(at, cancellation).ConfigureAwait(false);
        var contracts = new Dictionary<Address, string>
        {
            [scope.MiningRegistry] = "MiningRegistry",
            [scope.DeviceRegistry] = "DeviceRegistry",
            [scope.Token] = "AIToken",
            [scope.CertificateCache] = "CertificateCache",
            [scope.NvidiaVerifier] = "NvidiaVerifier",
            [inbox] = "AttestationInbox",
            [subsidy] = "SubsidyBudget",
            [moves] = "CreditMoves",
            [certificates] = "DcapCertificates",
            [collateral] = "DcapCollateral",
        };
        if (attendance != Address.Zero)
        {
            contracts[attendance] = "AttendanceRegistry";
        }

        var logs = new List<Log>();
        for (ulong first = scope.DeploymentBlock; first <= head; first += Page)
        {
            var filter = new LogFilter { FromBlock = first, ToBlock = Math.Min(head, first + Page - 1), Addresses = [.. contracts.Keys] };
            logs.AddRange(await _client.GetLogsAsync(filter, cancellation).ConfigureAwait(false));
        }

        ulong[] touched = [.. logs.Select(log => log.BlockNumber).Distinct().Order()];
        _tell($"reading {touched.Length} blocks with {logs.Count} logs of blocks {scope.DeploymentBlock} to {head}");
        Dictionary<ulong, BlockContent> blocks = await ManyAsync(touched, number => _blocks.ReadAsync(number, cancellation)).ConfigureAwait(false);
        bool every = head - scope.DeploymentBlock < MostHeaders;
        IEnumerable<ulong> wanted = every
            ? Enumerable.Range(0, (int)(head - scope.DeploymentBlock) + 1).Select(offset => scope.DeploymentBlock + (ulong)offset)
            : Named(logs, blocks.Values).Order();
        ulong[] numbers = [.. wanted.Where(number => number <= head && !blocks.ContainsKey(number))];
        _tell($"reading {numbers.Length} further headers");
        Dictionary<ulong, (BlockHeader Header, Hash256 ToldHash)> headers = await ManyAsync(numbers, number => _blocks.ReadHeaderAsync(number, cancellation)).ConfigureAwait(false);
        foreach (BlockContent block in blocks.Values)
        {
            headers[block.Header.Number] = (block.Header, block.ToldHash);
        }

        return new ChainRecord
        {
            Scope = scope,
            Inbox = inbox,
            Attendance = attendance,
            Contracts = contracts,
            FromBlock = fromBlock,
            Head = head,
            Logs = [.. logs.OrderBy(log => log.BlockNumber).ThenBy(log => log.LogIndex)],
            Blocks = blocks,
            Headers = headers,
            HasEveryHeader = every,
            Supply = await token.GetTotalSupplyAsync(at, cancellation).ConfigureAwait(false),
            TotalMinted = await mining.GetTotalMintedAsync(at, cancellation).ConfigureAwait(false),
            TotalBurned = await mining.GetTotalBurnedAsync(at, cancellation).ConfigureAwait(false),
            SubsidyEarned = await mining.GetSubsidyEarnedAsync(at, cancellation).ConfigureAwait(false),
            SubsidyCharged = await new SubsidyBudgetContract(subsidy, _client).GetChargedAsync(at, cancellation).ConfigureAwait(false),
            BurnedByHolders = await token.GetBurnedByHoldersAsync(at, cancellation).ConfigureAwait(false),
        };
    }

    /// <summary>Blocks that seeds, challenges and proofs of life name.</summary>
    private static HashSet<ulong> Named(IEnumerable<Log> logs, IEnumerable<BlockContent> blocks)
    {
        var named = new HashSet<ulong>();
        foreach (Log log in logs)
        {
            if (Events.TryDecode("MiningRegistry", log) is { Name: "BatchCommitted" or "TaskEscalated" } found)
            {
                named.Add(found["seedBlock"].AsUInt64());
            }

            if (Events.TryDecode("AttendanceRegistry", log) is { Name: "LifeProven" } life)
            {
                named.Add(life["blockNumber"].AsUInt64());
            }
        }

        foreach (MinedTransaction transaction in blocks.SelectMany(block => block.Transactions))
        {
            if (RegistrationRequest.TryDecodeCall(transaction.Input.AsSpan(), out RegistrationRequest? request, out _))
            {
                named.Add(request.BlockNumber);
            }
        }

        return named;
    }

    private static async Task<Dictionary<ulong, T>> ManyAsync<T>(ulong[] numbers, Func<ulong, Task<T>> read)
    {
        var found = new Dictionary<ulong, T>();
        foreach (ulong[] some in numbers.Chunk(Width))
        {
            T[] answers = await Task.WhenAll(some.Select(read)).ConfigureAwait(false);
            foreach ((ulong number, T answer) in some.Zip(answers))
            {
                found.Add(number, answer);
            }
        }

        return found;
    }
}
