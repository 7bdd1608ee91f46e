using System.Collections.Immutable;
using System.Diagnostics;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>The registry and the certificate cache behind a node, written to with the operator's key.</summary>
internal sealed partial class DeviceContracts : IDeviceContracts, IDisposable
{
    /// <summary>Far enough back that the next block is not replaced by another, near enough to stay fresh (128 blocks).</summary>
    private const ulong ChallengeDepth = 2;

    /// <summary>P256VERIFY (EIP-7951, RIP-7212).</summary>
    private static readonly Address s_p256Precompile = Address.Parse("0x0000000000000000000000000000000000000100");

    private readonly EthereumClient _client;
    private readonly TransactionSender _sender;
    private readonly DeviceRegistryContract _registry;
    private readonly Contract _cache;

    /// <summary>The key stays the caller's and outlives this.</summary>
    public DeviceContracts(EthereumClient client, Secp256k1PrivateKey operatorKey, Address deviceRegistry, Address certificateCache)
    {
        _client = client;
        _sender = new TransactionSender(client, operatorKey, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(500) });
        _registry = new DeviceRegistryContract(deviceRegistry, client);
        _cache = new Contract(certificateCache, client, ContractArtifact.Load("CertificateCache").Abi, ContractArtifact.KnownAbis);
    }

    public Task<ChallengeBlock> GetChallengeBlockAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        Block head = await LatestAsync(cancellation).ConfigureAwait(false);
        if (head.Number <= ChallengeDepth)
        {
            return new ChallengeBlock(head.Number, head.Hash);
        }

        Block block = await _client.GetBlockAsync(head.Number - ChallengeDepth, cancellation).ConfigureAwait(false)
            ?? throw new RpcException(RpcFailure.BadResponse, $"the node does not show block {head.Number - ChallengeDepth}");
        return new ChallengeBlock(block.Number, block.Hash);
    });

    public Task<ChainDevice?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation) => GuardAsync(async () =>
    {
        Block head = await LatestAsync(cancellation).ConfigureAwait(false);
        uint slot;
        try
        {
            slot = await _registry.GetSlotOfAsync(gpuId, head.Number, cancellation).ConfigureAwait(false);
        }
        catch (ContractRevertedException exception) when (exception.Error?.Name == "DeviceNotRegistered")
        {
            return null;
        }

        DeviceRecord device = await _registry.GetDeviceAsync(slot, head.Number, cancellation).ConfigureAwait(false);
        // A device suspended for absence keeps its registration and is refreshed like any other.
        bool isAbsent = device.RevokedBlock != 0
            && await AttendanceAsync(cancellation).ConfigureAwait(false) is not null
            && await _registry.GetIsAbsentAsync(gpuId, head.Number, cancellation).ConfigureAwait(false);
        return device.GpuId == gpuId
            ? new ChainDevice(
                slot, gpuId, device.Operator, (DeviceClass)device.Class, device.EnclaveKey, Time(device.ValidUntil), device.RevokedBlock != 0 && !isAbsent, Time(head.Timestamp))
            : null;
    });

    public Task<bool> IsRevokedAsync(Hash256 gpuId, CancellationToken cancellation) => GuardAsync(() => _registry.GetIsRevokedAsync(gpuId, BlockTag.Latest, cancellation));

    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation) =>
        GuardAsync(() => _registry.GetIsMeasurementAllowedAsync(measurementHash, BlockTag.Latest, cancellation));

    public Task<bool> AreIssuersCachedAsync(CollectedEvidence collected, CancellationToken cancellation) => GuardAsync(async () =>
        collected.Platform != EvidencePlatform.SevSnp
            ? await IsPckTrustedAsync(collected, cancellation).ConfigureAwait(false)
            : await IdOfAsync(collected.Ark.AsMemory(), Hash256.Zero, cancellation).ConfigureAwait(false) is ContractCall.Returned { Values: [AbiValue root] }
                && await IdOfAsync(collected.Ask.AsMemory(), root.AsHash256(), cancellation).ConfigureAwait(false) is ContractCall.Returned { Values: [AbiValue intermediate] }
                && await IsTrustedAsync(intermediate, cancellation).ConfigureAwait(false));

    public Task<TransactionOutcome> CacheIssuersAsync(CollectedEvidence collected, CancellationToken cancellation) => GuardAsync(async () =>
    {
        if (collected.Platform != EvidencePlatform.SevSnp)
        {
            return await SubmitPckAsync(collected, cancellation).ConfigureAwait(false);
        }

        ContractCall id = await IdOfAsync(collected.Ark.AsMemory(), Hash256.Zero, cancellation).ConfigureAwait(false);
        if (id is not ContractCall.Returned { Values: [AbiValue root] })
        {
            return new TransactionOutcome.Refused(Explain(((ContractCall.Reverted)id).Error));
        }

        if (!await IsTrustedAsync(root, cancellation).ConfigureAwait(false)
            && await SendAsync(_cache, _cache.Transaction("submitRoot", Bytes(collected.Ark)), cancellation).ConfigureAwait(false) is TransactionOutcome.Refused refused)
        {
            return refused;
        }

        return await SendAsync(_cache, _cache.Transaction("submitIntermediate", Bytes(collected.Ask), root), cancellation).ConfigureAwait(false);
    });

    public Task<bool> AreGpuIssuersCachedAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation) => GuardAsync(async () =>
    {
        (Hash256? device, _) = await DeviceOfAsync(path, cancellation).ConfigureAwait(false);
        return device is { } id && await IsTrustedAsync(id, cancellation).ConfigureAwait(false);
    });

    public Task<TransactionOutcome> CacheGpuIssuersAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation) => GuardAsync(async () =>
    {
        Hash256 parent = Hash256.Zero;
        TransactionOutcome outcome = new TransactionOutcome.Mined(Hash256.Zero);
        for (int place = path.Length - 1; place > 0; place--)
        {
            ContractCall answer = await IdOfAsync(path[place], parent, cancellation).ConfigureAwait(false);
            if (answer is not ContractCall.Returned { Values: [AbiValue id] })
            {
                return new TransactionOutcome.Refused(Explain(((ContractCall.Reverted)answer).Error));
            }

            if (!await IsTrustedAsync(id, cancellation).ConfigureAwait(false))
            {
                // The root signs itself.
                ReadOnlyMemory<byte> hints = SignatureHints.OfCertificate(path[place], path[Math.Min(place + 1, path.Length - 1)]);
                outcome = await SendAsync(_cache, _cache.Transaction("submitGpuCertificate", path[place], parent, hints), cancellation).ConfigureAwait(false);
                if (outcome is TransactionOutcome.Refused)
                {
                    return outcome;
                }
            }

            parent = id.AsHash256();
        }

        return outcome;
    });

    public Task<TransactionOutcome> RegisterAsync(DeviceRegistration registration, CancellationToken cancellation) => GuardAsync(async () =>
        await SendAsync(_registry, _registry.RegisterDevice(await EncodeAsync(registration, cancellation).ConfigureAwait(false)), cancellation).ConfigureAwait(false));

    public Task<TransactionOutcome> RefreshAsync(DeviceRegistration registration, CancellationToken cancellation) => GuardAsync(async () =>
        await SendAsync(_registry, _registry.RefreshDevice(await EncodeAsync(registration, cancellation).ConfigureAwait(false)), cancellation).ConfigureAwait(false));

    public Task<ContractRefusal?> RehearseAsync(DeviceRegistration registration, bool refresh, CancellationToken cancellation) => GuardAsync(async () =>
    {
        RegistrationRequest request = await EncodeAsync(registration, cancellation).ConfigureAwait(false);
        TransactionRequest transaction = refresh ? _registry.RefreshDevice(request) : _registry.RegisterDevice(request);
        var call = new CallRequest { From = _sender.Account, To = transaction.To, Data = transaction.Data.AsMemory() };
        return await _client.CallAsync(call, BlockTag.Latest, cancellation).ConfigureAwait(false) is CallResult.Reverted reverted
            ? Explain(_registry.DecodeError(reverted.Data.AsSpan()))
            : null;
    });

    public void Dispose() => _sender.Dispose();

    private static AbiValue Bytes(ImmutableArray<byte> bytes) => AbiValue.Bytes(bytes.AsSpan());

    private static DateTimeOffset Time(ulong unixSeconds) => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(unixSeconds, 253_402_300_799));

    private static ContractRefusal Explain(ContractError error) =>
        error.Name.Length == 0
            ? new ContractRefusal("UnknownError", $"The contract refuses without a known reason: {error}.", "Check that the deployment's addresses are of this network and this release.")
            : ContractRefusals.OfError(error.Name, [.. error.Arguments.Select(argument => argument.Value.ToString())]);

    private static async Task<T> GuardAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or ContractRevertedException)
        {
            throw new ChainAwayException(exception.Message, exception);
        }
    }

    /// <summary>Certificates that the cache holds are named: their bytes need not be sent again.</summary>
    private async Task<RegistrationRequest> EncodeAsync(DeviceRegistration registration, CancellationToken cancellation)
    {
        CollectedEvidence collected = registration.Collected;
        bool isSnp = collected.Platform == EvidencePlatform.SevSnp;
        return new RegistrationRequest
        {
            EnclaveKey = registration.EnclaveKey,
            GpuUuid = registration.GpuUuid.AsMemory(),
            Class = (byte)registration.DeviceClass,
            Platform = isSnp ? RegistrationRequest.SevSnp : RegistrationRequest.Dcap,
            BlockNumber = registration.BlockNumber,
            Report = !isSnp && QuoteFields.TryRead(collected.Report.AsMemory(), out QuoteFields? quote, out _) ? quote.Uncertified : collected.Report.AsMemory(),
            Endorsement = await EndorseAsync(collected, cancellation).ConfigureAwait(false),
            Hints = isSnp ? SignatureHints.OfReport(collected.Report, collected.Vcek) : await HintsOfQuoteAsync(collected, cancellation).ConfigureAwait(false),
            Gpu = registration.Gpu is { } gpu ? await EncodeAsync(gpu, cancellation).ConfigureAwait(false) : GpuEvidenceRecord.None,
        };
    }

    /// <summary>No bytes where the chain's precompile verifies P-256: it answers to a signature that is genuine.</summary>
    private async Task<ReadOnlyMemory<byte>> HintsOfQuoteAsync(CollectedEvidence collected, CancellationToken cancellation)
    {
        if (!P256Signature.TryOfQuote(collected.Report.AsMemory(), out P256Signature? signature, out _))
        {
            return default;
        }

        byte[] question = [.. signature.Digest.Span, .. signature.Signature.Span, .. signature.PublicKey.Span];
        var call = new CallRequest { To = s_p256Precompile, Data = question };
        return await _client.CallAsync(call, BlockTag.Latest, cancellation).ConfigureAwait(false) is CallResult.Returned { Data: [.., 1] }
            ? default
            : SignatureHints.OfQuote(collected.Report.AsMemory());
    }

    private async Task<ReadOnlyMemory<byte>> EndorseAsync(CollectedEvidence collected, CancellationToken cancellation) =>
        collected.Platform == EvidencePlatform.SevSnp
            ? await NameAsync(collected.Vcek.AsMemory(), await IssuerOfAsync(collected.Vcek, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false)
            : (await PckOfAsync(collected, cancellation).ConfigureAwait(false) is { } pck ? pck.Id : Hash256.Zero).ToArray();

    private async Task<bool> IsPckTrustedAsync(CollectedEvidence quote, CancellationToken cancellation) =>
        await PckOfAsync(quote, cancellation).ConfigureAwait(false) is { } pck
        && await pck.Contract.GetIsTrustedAsync(pck.Id, BlockTag.Latest, cancellation).ConfigureAwait(false);

    /// <summary>The machine's own certificate; its authority, lists and levels are published for all machines by whoever runs the network.</summary>
    private async Task<TransactionOutcome> SubmitPckAsync(CollectedEvidence quote, CancellationToken cancellation) =>
        await PckOfAsync(quote, cancellation).ConfigureAwait(false) is { } pck
            ? await SendAsync(pck.Contract, pck.Contract.SubmitPck(pck.Certificate, pck.Authority), cancellation).ConfigureAwait(false)
            : new TransactionOutcome.Refused(ContractRefusals.PlatformNotOnChain(quote.Platform));

    /// <summary>The PCK certificate of a quote and the identifier it has or would have; null where the registry verifies no quotes or the quote's certificates are refused.</summary>
    private async Task<PckCertificate?> PckOfAsync(CollectedEvidence collected, CancellationToken cancellation)
    {
        if (await _registry.GetDcapVerifierAsync(BlockTag.Latest, cancellation).ConfigureAwait(false) is var verifier && verifier == Address.Zero
            || !QuoteFields.TryRead(collected.Report.AsMemory(), out QuoteFields? quote, out _))
        {
            return null;
        }

        Address address = await new DcapVerifierContract(verifier, _client).GetCertificatesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        var contract = new DcapCertificatesContract(address, _client);
        Hash256 id = Hash256.Zero;
        Hash256 authority = id;
        foreach (ReadOnlyMemory<byte> certificate in quote.Certificates.Reverse())
        {
            authority = id;
            id = await contract.GetIdOfAsync(certificate, id, BlockTag.Latest, cancellation).ConfigureAwait(false);
        }

        return new PckCertificate(contract, quote.Certificates[0], authority, id);
    }

    private async Task<GpuEvidenceRecord> EncodeAsync(BoundGpuEvidence gpu, CancellationToken cancellation)
    {
        (Hash256? device, _) = await DeviceOfAsync(gpu.Certificates, cancellation).ConfigureAwait(false);
        ReadOnlyMemory<byte> key = await NameAsync(gpu.Certificates[0], device, cancellation).ConfigureAwait(false);
        return new GpuEvidenceRecord
        {
            Report = gpu.Report,
            Key = key,
            Device = device ?? Hash256.Zero,
            KeyHints = key.Length == Hash256.Size ? default : SignatureHints.OfCertificate(gpu.Certificates[0], gpu.Certificates[1]),
            ReportHints = SignatureHints.OfReport(gpu.Read, gpu.Certificates[0]),
            Driver = gpu.Driver,
            Vbios = gpu.Vbios,
        };
    }

    /// <summary>The certificate's identifier if the cache trusts it now, else the certificate.</summary>
    private async Task<ReadOnlyMemory<byte>> NameAsync(ReadOnlyMemory<byte> certificate, Hash256? parent, CancellationToken cancellation) =>
        parent is { } issuer
        && await IdOfAsync(certificate, issuer, cancellation).ConfigureAwait(false) is ContractCall.Returned { Values: [AbiValue id] }
        && await IsTrustedAsync(id, cancellation).ConfigureAwait(false)
            ? id.AsHash256().ToArray()
            : certificate;

    private async Task<Hash256?> IssuerOfAsync(ImmutableArray<byte> vcek, CancellationToken cancellation) =>
        await _cache.CallAsync("intermediateFor", [Bytes(vcek)], Address.Zero, BlockTag.Latest, cancellation).ConfigureAwait(false)
            is ContractCall.Returned { Values: [AbiValue issuer] }
            ? issuer.AsHash256()
            : null;

    /// <summary>The identifier that the device certificate of a path has or would have; null with the reason where a certificate is not readable.</summary>
    private async Task<(Hash256? Device, ContractError? Error)> DeviceOfAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation)
    {
        Hash256 id = Hash256.Zero;
        for (int place = path.Length - 1; place > 0; place--)
        {
            switch (await IdOfAsync(path[place], id, cancellation).ConfigureAwait(false))
            {
                case ContractCall.Returned { Values: [AbiValue found] }:
                    id = found.AsHash256();
                    break;
                case ContractCall.Reverted reverted:
                    return (null, reverted.Error);
                default:
                    throw new UnreachableException();
            }
        }

        return (id, null);
    }

    private async Task<bool> IsTrustedAsync(AbiValue id, CancellationToken cancellation) =>
        (await _cache.ViewAsync("isTrusted", [id], BlockTag.Latest, cancellation).ConfigureAwait(false))[0].AsBoolean();

    private Task<ContractCall> IdOfAsync(ReadOnlyMemory<byte> certificate, Hash256 parent, CancellationToken cancellation) =>
        _cache.CallAsync("idOf", [certificate, parent], Address.Zero, BlockTag.Latest, cancellation);

    private async Task<Block> LatestAsync(CancellationToken cancellation) =>
        await _client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)
        ?? throw new RpcException(RpcFailure.BadResponse, "the node shows no latest block");

    private async Task<TransactionOutcome> SendAsync(Contract contract, TransactionRequest transaction, CancellationToken cancellation)
    {
        SendResult result = await _sender.SendAsync(transaction, cancellation).ConfigureAwait(false);
        return result switch
        {
            SendResult.Mined mined => new TransactionOutcome.Mined(mined.Receipt.TransactionHash),
            SendResult.WouldRevert { Reason: CallResult.Reverted reason } => new TransactionOutcome.Refused(Explain(contract.DecodeError(reason.Data.AsSpan()))),
            SendResult.Reverted { Reason: CallResult.Reverted reason } => new TransactionOutcome.Refused(Explain(contract.DecodeError(reason.Data.AsSpan()))),
            SendResult.Reverted reverted => new TransactionOutcome.Refused(new ContractRefusal("Reverted", $"Transaction {reverted.Receipt.TransactionHash} reverted for a reason that is gone.", "Nothing to do: it is tried again.", IsTransient: true)),
            SendResult.Rejected rejected => new TransactionOutcome.Refused(await RejectedAsync(rejected.Message, cancellation).ConfigureAwait(false)),
            SendResult.NotMined waiting => new TransactionOutcome.Refused(new ContractRefusal("NotMined", $"Transaction {waiting.TransactionHash} is not mined yet.", "Nothing to do: it is looked at again; fees may be high.", IsTransient: true)),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<ContractRefusal> RejectedAsync(string message, CancellationToken cancellation)
    {
        System.Numerics.BigInteger balance = await _client.GetBalanceAsync(_sender.Account, BlockTag.Latest, cancellation).ConfigureAwait(false);
        return message.Contains("insufficient funds", StringComparison.OrdinalIgnoreCase) || balance.IsZero
            ? ContractRefusals.NoGas(_sender.Account, TokenAmount.Text(balance))
            : new ContractRefusal("Rejected", $"The node rejects the transaction: {message}", "See the node's message; it is tried again.", IsTransient: true);
    }

    private sealed record PckCertificate(DcapCertificatesContract Contract, ReadOnlyMemory<byte> Certificate, Hash256 Authority, Hash256 Id);
}
