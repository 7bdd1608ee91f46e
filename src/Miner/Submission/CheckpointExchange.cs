using System.Globalization;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Miner.Execution;
using Ait.Miner.Reporting;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>
/// Checkpoints of training from miner to miner, by way of the coordinator, which is not believed: what arrives is used only if it has
/// the digest that the chunk names.
/// </summary>
internal sealed class CheckpointExchange : IDisposable
{
    private readonly PublicCoordinator _coordinator;
    private readonly CoordinatorClient _client;
    private readonly PatientCoordinator _patience;
    private readonly TrainingStore _store;
    private readonly IReporter _reporter;
    private readonly SemaphoreSlim _fetching = new(1, 1);

    public CheckpointExchange(PublicCoordinator coordinator, CoordinatorClient client, PatientCoordinator patience, TrainingStore store, IReporter reporter)
    {
        _coordinator = coordinator;
        _client = client;
        _patience = patience;
        _store = store;
        _reporter = reporter;
    }

    /// <summary>Sees to it that a checkpoint is here. Null if it is, else in words why not.</summary>
    /// <param name="digest">Which one.</param>
    /// <param name="length">How long it is by the run's recipe.</param>
    /// <param name="cancellation">Gives up; what has come stays for the next try.</param>
    public async Task<string?> FetchAsync(Hash256 digest, long length, CancellationToken cancellation)
    {
        await _fetching.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using (FileStream? here = _store.Checkpoint(digest))
            {
                if (here is not null)
                {
                    return null;
                }
            }

            Reply<CheckpointResponse> reply = await _patience.AskAsync(token => _coordinator.GetCheckpointAsync(digest, token), cancellation).ConfigureAwait(false);
            return reply switch
            {
                Reply<CheckpointResponse>.Answered { Value.Length: long there } when there != length =>
                    string.Create(CultureInfo.InvariantCulture, $"the coordinator's checkpoint {digest} has {there} bytes, one of this run has {length}"),
                Reply<CheckpointResponse>.Answered { Value.PartDigests: IReadOnlyList<Hash256> parts } when parts.Count == CheckpointResponse.PartsOf(length) =>
                    await KeepPartsAsync(digest, length, parts, cancellation).ConfigureAwait(false),
                Reply<CheckpointResponse>.Answered => $"the coordinator does not say what the parts of checkpoint {digest} are",
                Reply<CheckpointResponse>.Refused refused => $"neither is checkpoint {digest} here nor does the coordinator have it ({refused.Refusal})",
                _ => throw new InvalidOperationException("A reply of no kind."),
            };
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <summary>Hands the checkpoint that a paid task left to the coordinator, unless it has it.</summary>
    public async Task HandInAsync(Hash256 taskId, Hash256 digest, CancellationToken cancellation)
    {
        if (await _patience.AskAsync(token => _coordinator.GetCheckpointAsync(digest, token), cancellation).ConfigureAwait(false) is Reply<CheckpointResponse>.Answered)
        {
            return;
        }

        using FileStream? own = _store.Checkpoint(digest);
        if (own is null)
        {
            return;
        }

        byte[] content = new byte[CheckpointResponse.PartSize];
        for (int part = 0; part < CheckpointResponse.PartsOf(own.Length);)
        {
            own.Position = (long)part * CheckpointResponse.PartSize;
            int read = await own.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            int sent = part;
            Reply<CheckpointResponse> reply = await _patience
                .AskAsync(token => _client.PutCheckpointAsync(digest, sent, taskId, content[..read], token), cancellation).ConfigureAwait(false);
            if (reply is not Reply<CheckpointResponse>.Answered { Value: CheckpointResponse now })
            {
                _reporter.Report(MinerEvents.CheckpointNotTaken(digest, ((Reply<CheckpointResponse>.Refused)reply).Refusal));
                return;
            }

            // It says where it stands: behind what an earlier try sent, or at the end if another miner was faster.
            part = Math.Max(part + 1, now.Next);
        }

        _reporter.Report(MinerEvents.CheckpointHandedIn(digest, own.Length));
    }

    public void Dispose() => _fetching.Dispose();

    private async Task<string?> KeepPartsAsync(Hash256 digest, long length, IReadOnlyList<Hash256> parts, CancellationToken cancellation)
    {
        try
        {
            return await FetchPartsAsync(digest, length, parts, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"checkpoint {digest} cannot be kept here: {exception.Message}";
        }
    }

    // Each part is looked at as it comes, so that one that was spoilt on its way costs only itself. What counts is the whole.
    private async Task<string?> FetchPartsAsync(Hash256 digest, long length, IReadOnlyList<Hash256> parts, CancellationToken cancellation)
    {
        using (FileStream file = _store.OpenFetched(digest))
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            int first = await FollowAsync(file, length, parts, hash, cancellation).ConfigureAwait(false);
            for (int part = first; part < parts.Count; part++)
            {
                int asked = part;
                Reply<byte[]> reply = await _patience.AskAsync(token => _coordinator.GetCheckpointPartAsync(digest, asked, token), cancellation).ConfigureAwait(false);
                if (reply is not Reply<byte[]>.Answered { Value: byte[] content })
                {
                    return $"the coordinator has part {part} of checkpoint {digest} no more ({((Reply<byte[]>.Refused)reply).Refusal})";
                }

                int expected = CheckpointResponse.LengthOfPart(length, part);
                if (content.Length != expected)
                {
                    return $"part {part} of the coordinator's checkpoint {digest} has {content.Length} bytes instead of {expected}";
                }

                var own = new Hash256(SHA256.HashData(content));
                if (own != parts[part])
                {
                    return $"part {part} of the coordinator's checkpoint {digest} has the digest {own} instead of {parts[part]}";
                }

                hash.AppendData(content);
                await file.WriteAsync(content, cancellation).ConfigureAwait(false);
            }

            var found = new Hash256(hash.GetHashAndReset());
            if (found == digest)
            {
                file.Flush(flushToDisk: true);
                file.Close();
                _store.TakeFetched(digest);
                _reporter.Report(MinerEvents.CheckpointFetched(digest, length));
                return null;
            }

            file.Close();
            _store.DropFetched(digest);
            return $"what the coordinator calls checkpoint {digest} has the digest {found}";
        }
    }

    /// <summary>How many parts of an earlier try are as they should be; behind them the file ends now.</summary>
    private static async Task<int> FollowAsync(FileStream file, long length, IReadOnlyList<Hash256> parts, IncrementalHash hash, CancellationToken cancellation)
    {
        byte[] before = new byte[CheckpointResponse.PartSize];
        int part = 0;
        while (part < parts.Count)
        {
            Memory<byte> content = before.AsMemory(0, CheckpointResponse.LengthOfPart(length, part));
            int read = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            if (read < content.Length || new Hash256(SHA256.HashData(content.Span)) != parts[part])
            {
                break;
            }

            hash.AppendData(content.Span);
            part++;
        }

        file.SetLength((long)part * CheckpointResponse.PartSize);
        file.Position = file.Length;
        return part;
    }
}
