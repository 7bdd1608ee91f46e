using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;

namespace Ait.Coordinator.Fetching;

/// <summary>Gives verified collateral: from disk while it is young enough, else from the vendor; from disk again while the vendor is away and it still holds.</summary>
internal sealed class CollateralClient : IDisposable
{
    private const int NonceLength = 32;

    /// <summary>Lists and signed levels are asked for again this often, since vendors publish before the old ones end.</summary>
    private static readonly TimeSpan s_youngEnough = TimeSpan.FromHours(24);
    private readonly CollateralStore _store;
    private readonly CollateralVerifier _verifier;
    private readonly VendorSource _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    internal CollateralClient(CollateralStore store, CollateralVerifier verifier, VendorSource source, TimeProvider clock, ILogger log)
    {
        _store = store;
        _verifier = verifier;
        _source = source;
        _clock = clock;
        _log = log;
    }

    /// <summary>Any piece but an OCSP answer.</summary>
    internal async Task<CollateralOutcome> GetAsync(CollateralKey key, CancellationToken cancellation)
    {
        // Fetched and verified first, and outside this key's turn: a list is nothing without the chain that signs it.
        CollateralKey? above = key.Kind switch
        {
            CollateralKind.AmdVcek or CollateralKind.AmdRevocation => CollateralKey.AmdChain(key.Product),
            CollateralKind.IntelRootRevocation => CollateralKey.IntelQeIdentity(DcapTee.Sgx),
            _ => null,
        };
        ReadOnlyMemory<byte> companion = default;
        if (above is not null && !IsYoung(Kept(key)))
        {
            switch (await GetAsync(above, cancellation))
            {
                case CollateralOutcome.Found found:
                    companion = above.Kind == CollateralKind.AmdChain ? found.Item.Content.Body : found.Item.Content.Companion;
                    break;
                case CollateralOutcome.Missing missing:
                    return Kept(key) is { } kept ? Fall(kept, missing) : missing;
                default:
                    throw new InvalidOperationException("An outcome of no kind.");
            }
        }

        return await GetAsync(key, companion, ReadOnlyMemory<byte>.Empty, nonce: null, cancellation);
    }

    /// <summary>The issuer's word about one certificate of a GPU's path.</summary>
    internal async Task<CollateralOutcome> GetAnswerAsync(ImmutableArray<ReadOnlyMemory<byte>> path, int index, CancellationToken cancellation)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceLength);
        if (!GpuRevocation.TryBuild(path, index, nonce, out byte[]? request, out RefusalReason? refusal))
        {
            return new CollateralOutcome.Missing(CollateralFailure.Refused, $"{refusal}", "Collect the GPU's certificates again.");
        }

        StringBuilder pem = new();
        foreach (ReadOnlyMemory<byte> certificate in path)
        {
            pem.AppendLine(PemEncoding.WriteString("CERTIFICATE", certificate.Span));
        }

        CollateralKey key = CollateralKey.NvidiaOcsp(CollateralVerifier.DigestOf(path), index);
        return await GetAsync(key, Encoding.ASCII.GetBytes(pem.ToString()), request, new ByteString(nonce), cancellation);
    }

    public void Dispose()
    {
        _source.Dispose();
        foreach (SemaphoreSlim turn in _turns)
        {
            turn.Dispose();
        }
    }

    private async Task<CollateralOutcome> GetAsync(
        CollateralKey key, ReadOnlyMemory<byte> companion, ReadOnlyMemory<byte> request, ByteString? nonce, CancellationToken cancellation)
    {
        SemaphoreSlim turn = _turns[(uint)key.Text.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(cancellation);
        try
        {
            CollateralItem? kept = Kept(key);
            if (kept is not null && (IsYoung(kept) || _source.Offline))
            {
                return new CollateralOutcome.Found(kept);
            }

            CollateralOutcome fetched = await FetchAsync(key, companion, request, nonce, cancellation);
            return fetched is CollateralOutcome.Missing missing && kept is not null ? Fall(kept, missing) : fetched;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<CollateralOutcome> FetchAsync(
        CollateralKey key, ReadOnlyMemory<byte> companion, ReadOnlyMemory<byte> request, ByteString? nonce, CancellationToken cancellation)
    {
        if (_source.Offline)
        {
            return new CollateralOutcome.Missing(CollateralFailure.Offline, $"There is no {key.Text}, and nothing may be fetched.", "Import a bundle that has it: ait collateral import FILE.");
        }

        (CollateralContent? content, CollateralOutcome.Missing? missing) = await _source.FetchAsync(key, companion, request, cancellation);
        if (content is null)
        {
            return missing ?? throw new InvalidOperationException("Neither content nor a reason.");
        }

        DateTimeOffset now = _clock.GetUtcNow();
        if (!_verifier.TryVerify(key, content, now, now, nonce, out CollateralItem? item, out RefusalReason? refusal))
        {
            return new CollateralOutcome.Missing(CollateralFailure.Refused, $"What was fetched as {key.Text} is refused: {refusal}.", "Check the service's address and the roots of the deployment; see docs/refusals.md.");
        }

        try
        {
            _store.Put(item);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            FetchingLog.NotKept(_log, key.Text, fault.Message);
        }

        FetchingLog.Fetched(_log, key.Text, item.ExpiresAt);
        return new CollateralOutcome.Found(item);
    }

    /// <summary>What is on disk, verified as of now; null if it does not hold.</summary>
    private CollateralItem? Kept(CollateralKey key) =>
        _store.Find(key) is { } found && _verifier.TryVerify(key, found.Content, found.FetchedAt, _clock.GetUtcNow(), nonce: null, out CollateralItem? item, out _) ? item : null;

    private bool IsYoung(CollateralItem? item)
    {
        if (item is null)
        {
            return false;
        }

        return item.Key.Kind is CollateralKind.AmdChain or CollateralKind.AmdVcek or CollateralKind.NvidiaManifest or CollateralKind.NvidiaOcsp
            || _clock.GetUtcNow() - item.FetchedAt < s_youngEnough;
    }

    private CollateralOutcome.Found Fall(CollateralItem kept, CollateralOutcome.Missing missing)
    {
        FetchingLog.Kept(_log, kept.Key.Text, kept.ExpiresAt, missing.Problem);
        return new CollateralOutcome.Found(kept);
    }
}
