using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Audit.Evidencing;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Audit.Bundling;

/// <summary>Puts together one settled task's bundle from a node.</summary>
public sealed class BundleWriter
{
    /// <summary>A device's life; the first two bring evidence.</summary>
    private static readonly string[] s_deviceEvents = ["DeviceRegistered", "DeviceRefreshed", "DeviceRevoked", "DeviceRetired", "DeviceSuspended", "ClassProven", "DeviceSuspendedForAbsence", "DeviceResumed"];

    private readonly EthereumClient _client;
    private readonly AuditScope _scope;
    private readonly LogSearch _search;
    private readonly NetworkDomain _domain;

    /// <summary>A writer over a node.</summary>
    public BundleWriter(EthereumClient client, AuditScope scope)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(scope);
        _client = client;
        _scope = scope;
        _search = new LogSearch(client);
        _domain = new NetworkDomain(scope.ChainId, scope.MiningRegistry);
    }

    /// <summary>Writes the bundle, if the chain shows the task settled.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="batchId">Its batch, which spares the node the search through all settlements; null if it is not known.</param>
    /// <param name="workload">Its workload, if it is to go into the file for all to see; a confidential one is ciphertext, and what was sealed is another workload.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RpcException">The node gives no usable answer.</exception>
    public async Task<WrittenBundle> WriteAsync(Hash256 taskId, ulong? batchId, Workload? workload, CancellationToken cancellation)
    {
        ulong head = await _client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        if (await SettledAsync(taskId, batchId, head, cancellation).ConfigureAwait(false) is not { } settled)
        {
            return WrittenBundle.None($"task {taskId} has not settled");
        }

        BlockContent block = await _search.BlockAsync(settled.BlockNumber, cancellation).ConfigureAwait(false);
        if (!SettlementCall.TryDecode(block.Transactions[(int)settled.TransactionIndex].Input.AsSpan(), out SettlementCall? call, out _))
        {
            return WrittenBundle.None($"transaction {settled.TransactionHash}, which settled task {taskId}, is no direct call of the registry or its inbox");
        }

        Hash256 batch = AbiWord.Of(call.BatchId);
        Log? committed = await LastAsync("MiningRegistry", _scope.MiningRegistry, "BatchCommitted", batch, settled.BlockNumber, cancellation).ConfigureAwait(false);
        Log? pinned = await LastAsync("MiningRegistry", _scope.MiningRegistry, "SeedPinned", batch, settled.BlockNumber, cancellation).ConfigureAwait(false);
        if (committed is null || pinned is null || Events.TryDecode("MiningRegistry", committed) is not { } commitment || Events.TryDecode("MiningRegistry", pinned) is not { } pin)
        {
            return WrittenBundle.None($"the node shows no commitment and seed of batch {call.BatchId} from block {_scope.DeploymentBlock} on");
        }

        TaskSettlementRecord? settlement = call.Settlements.FirstOrDefault(one => _domain.TaskId((ulong)call.BatchId, one.Task.Index) == taskId);
        if (settlement is null)
        {
            return WrittenBundle.None($"transaction {settled.TransactionHash} does not settle task {taskId}");
        }

        if (workload is not null && workload.Hash != settlement.Task.WorkloadHash)
        {
            return WrittenBundle.None($"task {taskId} ran workload {settlement.Task.WorkloadHash}, not {workload.Hash}");
        }

        BlockHeader seed = await _search.HeaderAsync(commitment["seedBlock"].AsUInt64(), cancellation).ConfigureAwait(false);
        IReadOnlyList<BundledDevice> devices = await DevicesAsync(
            settlement, taskId, pin["seedBlockHash"].AsHash256(), commitment["rosterLength"].AsUInt32(), committed.BlockNumber, settled.BlockNumber, cancellation).ConfigureAwait(false);
        return WrittenBundle.Of(new ProofBundle(
            ProofBundle.CurrentFormat,
            _scope.ChainId,
            _scope.MiningRegistry,
            _scope.DeviceRegistry,
            _scope.Token,
            taskId,
            workload is null ? null : Hex.Encode(workload.ToBytes()),
            Hex.Encode(seed.Encoded.AsSpan()),
            await _search.ProveAsync(committed, cancellation).ConfigureAwait(false),
            await _search.ProveAsync(pinned, cancellation).ConfigureAwait(false),
            await _search.ProveAsync(settled, cancellation).ConfigureAwait(false),
            devices).ToJson());
    }

    /// <summary>The event with which a task settled.</summary>
    private async Task<Log?> SettledAsync(Hash256 taskId, ulong? batchId, ulong head, CancellationToken cancellation)
    {
        AbiEvent[] events = [Events.Abi("MiningRegistry").Event("TasksSettled")];
        Hash256? about = batchId is { } known ? AbiWord.Of(known) : null;
        await foreach (Log log in _search.NewestFirstAsync(_scope.MiningRegistry, events, about, _scope.DeploymentBlock, head, cancellation).ConfigureAwait(false))
        {
            ContractEvent? said = Events.TryDecode("MiningRegistry", log);
            if (Events.TasksOf(said).Any(task => _domain.TaskId(said!["batchId"].AsUInt64(), task.Index) == taskId)) // One that has tasks was decoded.
            {
                return log;
            }
        }

        return null;
    }

    private Task<Log?> LastAsync(string name, Address contract, string wanted, Hash256 about, ulong last, CancellationToken cancellation) =>
        _search.LastAsync(contract, [Events.Abi(name).Event(wanted)], about, _scope.DeploymentBlock, last, cancellation);

    /// <summary>The devices that the draw met, in its order, until the seats were filled.</summary>
    private async Task<IReadOnlyList<BundledDevice>> DevicesAsync(
        TaskSettlementRecord settlement, Hash256 taskId, Hash256 seedBlockHash, uint rosterLength, ulong commitBlock, ulong settleBlock, CancellationToken cancellation)
    {
        var registry = new DeviceRegistryContract(_scope.DeviceRegistry, _client);
        var roster = new Dictionary<int, RosterSlot>();
        var met = new List<BundledDevice>();
        var seated = new List<int>();
        foreach (int slot in SeatDraw.Sequence(settlement.SeatSecret, seedBlockHash, taskId, rosterLength))
        {
            if (!roster.TryGetValue(slot, out RosterSlot? device))
            {
                DeviceRecord record = await ReadAsync(registry, (uint)slot, settleBlock, cancellation).ConfigureAwait(false);
                device = new RosterSlot(
                    record.GpuId, record.HostChip, record.Operator, record.ValidUntil, record.PreviousValidUntil, record.RefreshedBlock, record.RevokedBlock);
                roster.Add(slot, device);
                met.Add(await DeviceAsync((uint)slot, record.GpuId, commitBlock, settleBlock, cancellation).ConfigureAwait(false));
            }

            if (SeatDraw.MaySeat(device, settlement.Task.Deadline, commitBlock, seated.Select(other => roster[other])))
            {
                seated.Add(slot);
            }

            if (seated.Count == SeatDraw.Seats)
            {
                break;
            }
        }

        return met;
    }

    /// <summary>A slot as it was at the settlement; as it is now where the node no longer has that state, which differs only if the slot went to another device.</summary>
    private static async Task<DeviceRecord> ReadAsync(DeviceRegistryContract registry, uint slot, ulong block, CancellationToken cancellation)
    {
        try
        {
            return await registry.GetDeviceAsync(slot, block, cancellation).ConfigureAwait(false);
        }
        catch (RpcException fault) when (fault.Failure == RpcFailure.RpcError)
        {
            return await registry.GetDeviceAsync(slot, BlockTag.Latest, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A device's registration, its last refresh, its last proof of its class and how its last absence stood up to the commitment, and all that became of it until the settlement.</summary>
    private async Task<BundledDevice> DeviceAsync(uint slot, Hash256 gpuId, ulong commitBlock, ulong settleBlock, CancellationToken cancellation)
    {
        int KindOf(Log log) => Events.TryDecode("DeviceRegistry", log)?.Name switch { "ClassProven" => 1, "DeviceSuspendedForAbsence" or "DeviceResumed" => 2, _ => 0 };
        AbiEvent[] events = [.. s_deviceEvents.Select(name => Events.Abi("DeviceRegistry").Event(name))];
        var kept = new List<Log>();
        await foreach (Log log in _search.NewestFirstAsync(_scope.DeviceRegistry, events, gpuId, _scope.DeploymentBlock, settleBlock, cancellation).ConfigureAwait(false))
        {
            bool isRegistration = log.Topics[0] == events[0].Topic;
            if (isRegistration || log.BlockNumber > commitBlock || kept.All(later => later.BlockNumber > commitBlock || KindOf(later) != KindOf(log)))
            {
                kept.Insert(0, log);
            }

            if (isRegistration)
            {
                break;
            }
        }

        var proven = new List<ProvenTransaction>();
        foreach (Log log in kept)
        {
            proven.Add(await _search.ProveAsync(log, cancellation).ConfigureAwait(false));
        }

        if (kept.FindLast(log => log.Topics[0] == events[0].Topic || log.Topics[0] == events[1].Topic) is not { } last)
        {
            return new BundledDevice(slot, proven, "0x", [], [], null);
        }

        BlockContent block = await _search.BlockAsync(last.BlockNumber, cancellation).ConfigureAwait(false);
        return RegistrationRequest.TryDecodeCall(block.Transactions[(int)last.TransactionIndex].Input.AsSpan(), out RegistrationRequest? request, out _)
            ? await EndorsedAsync(slot, proven, request, block, (int)last.TransactionIndex, cancellation).ConfigureAwait(false)
            : new BundledDevice(slot, proven, "0x", [], [], null);
    }

    /// <summary>With the certificates and collateral that the registration's evidence is verified with.</summary>
    private async Task<BundledDevice> EndorsedAsync(
        uint slot, List<ProvenTransaction> proven, RegistrationRequest request, BlockContent block, int position, CancellationToken cancellation)
    {
        var shelf = new CertificateShelf();
        foreach (Log log in block.Receipts[position].Logs)
        {
            shelf.Take(new AuditLog(log, Events.TryDecode("CertificateCache", log)), block.Transactions[position]);
        }

        ulong last = block.Header.Number;
        await FillAsync(shelf, _scope.CertificateCache, "CertificateCache", request.Gpu.Key, last, cancellation).ConfigureAwait(false);
        string? collateral = null;
        if (request.Platform == RegistrationRequest.Dcap)
        {
            collateral = await CollateralAsync(shelf, request, last, cancellation).ConfigureAwait(false);
        }
        else
        {
            await FillAsync(shelf, _scope.CertificateCache, "CertificateCache", request.Endorsement, last, cancellation).ConfigureAwait(false);
        }

        string[] Texts(ReadOnlyMemory<byte> leaf) => [.. shelf.PathOf(leaf).Select(der => Hex.Encode(der.Span))];
        BlockHeader challenge = await _search.HeaderAsync(request.BlockNumber, cancellation).ConfigureAwait(false);
        return new BundledDevice(
            slot, proven, Hex.Encode(challenge.Encoded.AsSpan()), Texts(request.Endorsement), request.Gpu.Report.IsEmpty ? [] : Texts(request.Gpu.Key), collateral);
    }

    /// <summary>What Intel had published about a quote's platform, with the certificates that sign it and the quote's own.</summary>
    private async Task<string?> CollateralAsync(CertificateShelf shelf, RegistrationRequest request, ulong last, CancellationToken cancellation)
    {
        var verifier = new DcapVerifierContract(_scope.DcapVerifier, _client);
        Address certificates = await verifier.GetCertificatesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        Address collateral = await verifier.GetCollateralAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        await FillAsync(shelf, certificates, "DcapCertificates", request.Endorsement, last, cancellation).ConfigureAwait(false);
        if (request.Endorsement.Length != Hash256.Size || !QuoteFields.TryRead(shelf.QuoteOf(request), out QuoteFields? quote, out _))
        {
            return null;
        }

        Hash256 tee = AbiWord.Of((ulong)quote.Tee);
        foreach (string name in (string[])["TcbInfoVerified", "QeIdentityVerified"])
        {
            IAsyncEnumerable<Log> logs = _search.NewestFirstAsync(collateral, [Events.Abi("DcapCollateral").Event(name)], tee, _scope.DeploymentBlock, last, cancellation);
            await foreach (Log log in logs.ConfigureAwait(false))
            {
                if (name == "QeIdentityVerified" || (Events.TryDecode("DcapCollateral", log) is { } info && new ByteString(info["fmspc"].AsBytes().Span) == quote.Fmspc))
                {
                    await TakeAsync(shelf, "DcapCollateral", log, cancellation).ConfigureAwait(false);
                    break;
                }
            }
        }

        var pck = new Hash256(request.Endorsement.Span);
        foreach (Hash256 id in shelf.Ancestors(pck).Concat(shelf.Signers))
        {
            await FillAsync(shelf, certificates, "DcapCertificates", id.ToArray(), last, cancellation).ConfigureAwait(false);
            if (await LastAsync("DcapCertificates", certificates, "RevocationListVerified", id, last, cancellation).ConfigureAwait(false) is { } list)
            {
                await TakeAsync(shelf, "DcapCertificates", list, cancellation).ConfigureAwait(false);
            }
        }

        return shelf.Collateral(pck, (byte)quote.Tee, $"{quote.Fmspc}") is { } json ? Hex.Encode(json) : null;
    }

    /// <summary>Looks up a certificate and everything above it.</summary>
    private async Task FillAsync(CertificateShelf shelf, Address contract, string name, ReadOnlyMemory<byte> leaf, ulong last, CancellationToken cancellation)
    {
        AbiEvent[] events = [.. Events.Abi(name).Events.Where(known => known.Name is "RootVerified" or "IntermediateVerified" or "VcekVerified" or "GpuKeyVerified" or "CertificateVerified")];
        Hash256? next = leaf.Length == Hash256.Size ? new Hash256(leaf.Span) : shelf.IdOf(leaf);
        while (next is { } id && id != Hash256.Zero)
        {
            if (!shelf.Holds(id) && await _search.LastAsync(contract, events, id, _scope.DeploymentBlock, last, cancellation).ConfigureAwait(false) is { } log)
            {
                await TakeAsync(shelf, name, log, cancellation).ConfigureAwait(false);
            }

            next = shelf.ParentOf(id);
        }
    }

    private async Task TakeAsync(CertificateShelf shelf, string name, Log log, CancellationToken cancellation)
    {
        BlockContent block = await _search.BlockAsync(log.BlockNumber, cancellation).ConfigureAwait(false);
        shelf.Take(new AuditLog(log, Events.TryDecode(name, log)), block.Transactions[(int)log.TransactionIndex]);
    }
}
