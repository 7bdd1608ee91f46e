using Ait.Buyer;
using Ait.Chain;
using Ait.Cli.Surroundings;
using Ait.Cli.Telling;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Cli.Asking;

/// <summary>What a confidential purchase does while its workload runs: releases the content key to each seat that the chain vouches for.</summary>
internal sealed class ConfidentialPurchase : IDisposable
{
    private readonly NetworkAccess _network;
    private readonly HttpClient _http;
    private readonly KeyRelease _release;
    private readonly Action<string> _tell;
    private readonly HashSet<string> _told = [];

    private ConfidentialPurchase(NetworkAccess network, Workload workload, ContentKey key, Address coordinator, LeastTrust least, Action<string> tell)
    {
        _network = network;
        _tell = tell;
        Workload = workload;
        Key = key;
        _http = new HttpClient { BaseAddress = network.Coordinator.Address, Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = 1024 * 1024 };
        _release = new KeyRelease(
            workload, key, network.Domain, coordinator, least, new ChainFacts(network.Chain.Client, network.Network.DeviceRegistry, network.Network.MiningRegistry),
            new CoordinatorDesk(_http, network.Domain, TimeProvider.System), TimeProvider.System);
    }

    internal Workload Workload { get; }

    internal ContentKey Key { get; }

    /// <summary>The coordinator's account is the contract's word, not the coordinator's.</summary>
    internal static async Task<ConfidentialPurchase> OpenAsync(
        NetworkAccess network, Workload workload, ContentKey key, LeastTrust least, Action<string> tell, CancellationToken cancellation) =>
        new(network, workload, key, (await network.MiningAsync("coordinator", cancellation).ConfigureAwait(false)).AsAddress(), least, tell);

    /// <summary>One look at the seats; each news is told once.</summary>
    internal async Task RoundAsync(CancellationToken cancellation)
    {
        IReadOnlyList<SeatRelease> seats;
        try
        {
            seats = await _release.RoundAsync(cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw new SurroundingsException($"the content key cannot be released: {fault.Message}. Run the same command again with the workload's id; nothing is lost.", fault);
        }

        foreach (SeatRelease seat in seats)
        {
            string news = seat switch
            {
                SeatRelease.Released released => $"content key released to seat {released.Letter.Assignment.Seat}, GPU {released.Letter.Assignment.GpuId}",
                SeatRelease.Refused refused => $"content key withheld from a seat: {refused.Refusal}",
                _ => "",
            };
            if (_told.Add(news))
            {
                _tell(news);
            }
        }
    }

    /// <summary>Once the draw is public: every seat that has the key must have been drawn. A letter for one that was not is the coordinator's signed lie.</summary>
    internal async Task CheckSeatsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<RegisteredDevice> roster = await _network.RosterAsync(cancellation).ConfigureAwait(false);
        foreach (IGrouping<Hash256, SeatLetter> letters in _release.Released.GroupBy(letter => letter.TaskId))
        {
            TaskResponse task = await _network.Coordinator.TaskAsync(letters.Key, cancellation).ConfigureAwait(false);
            if (task.SeatSecret is null)
            {
                continue; // Not ended yet, so not public yet.
            }

            BatchFacts batch = await BatchFacts.ReadAsync(_network, task.BatchId ?? 0, cancellation).ConfigureAwait(false);
            SeatRecount drawn = await SeatRecount.OfAsync(_network, task, roster, cancellation).ConfigureAwait(false);
            foreach (SeatLetter letter in letters)
            {
                // The letter's task is the one that was committed, its secret the one that is shown; the seats after an escalation
                // have a secret of their own, and the contract vouched that there are such seats when they got the key.
                int seat = letter.Assignment.Seat;
                MiningTask given = letter.Assignment.MiningTask;
                bool isCommitted = letter.Assignment.BatchId == task.BatchId && MerkleTree.Verify(batch.Root, given.Leaf, [.. task.Proof])
                    && MiningTask.SecretHash(task.SeatSecret.Value) == given.SeatSecretHash;
                if (!isCommitted || (seat < SeatDraw.Seats && (seat >= drawn.Slots.Length || roster[drawn.Slots[seat]].GpuId != letter.Assignment.GpuId)))
                {
                    throw new RefusedException(
                        $"the coordinator gave seat {seat} of task {letter.TaskId} to GPU {letter.Assignment.GpuId}, which was not drawn, and that device has the content key. Its signed letter is the proof: {Hex.Encode(letter.ToBytes())}. Do not use this coordinator.");
                }
            }
        }
    }

    public void Dispose()
    {
        _release.Dispose();
        _http.Dispose();
        Key.Dispose();
    }
}
