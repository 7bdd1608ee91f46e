using System.Globalization;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Chaos;

/// <summary>The work given to the network, asked for until it is taken, as a client would; and what became of it.</summary>
internal sealed class Work
{
    private readonly IReadOnlyList<NetworkAccess> _replicas;
    private readonly Secp256k1PrivateKey _key;
    private readonly Dictionary<Hash256, string?> _ends = [];
    private readonly List<Workload> _unasked = [];

    internal Work(IReadOnlyList<NetworkAccess> replicas, Secp256k1PrivateKey key)
    {
        _replicas = replicas;
        _key = key;
    }

    internal IReadOnlyCollection<Hash256> Taken => _ends.Keys;

    internal int Open => _ends.Count(end => end.Value is null) + _unasked.Count;

    internal IEnumerable<string> Ends => _ends.Values.Select(end => end ?? "open");

    internal void Add(int count, ModelResponse model, TimeProvider clock) => _unasked.AddRange(QueueCommand.MadeUp(count, model, clock.GetUtcNow()));

    /// <summary>Asks any replica; what got no answer is asked again next time, which changes nothing if it was taken after all.</summary>
    internal async Task AskAsync(CancellationToken cancellation)
    {
        foreach (NetworkAccess replica in _replicas.Where(_ => _unasked.Count > 0))
        {
            try
            {
                foreach (Hash256 hash in await Queue.AddAsync(replica, _key, _unasked, cancellation))
                {
                    _ends.TryAdd(hash, null);
                }

                _unasked.Clear();
            }
            catch (Exception fault) when (fault is SurroundingsException or CoordinatorRefusedException or HttpRequestException)
            {
                continue; // Killed, or its ledger is away.
            }
        }
    }

    /// <summary>Looks how the work stands. An end is not the last word: what settled in a block that the chain took back is open again.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        foreach (Hash256 hash in _ends.Keys.ToList())
        {
            foreach (NetworkAccess replica in _replicas)
            {
                try
                {
                    WorkloadResponse state = await replica.Coordinator.WorkloadAsync(hash, cancellation);
                    _ends[hash] = state.Phase is WorkloadPhase.Settled or WorkloadPhase.Void ? state.Phase.ToString() : null;
                    break;
                }
                catch (Exception fault) when (fault is SurroundingsException or CoordinatorRefusedException or HttpRequestException)
                {
                    continue; // As above.
                }
            }
        }
    }

    /// <summary>Waits until all of it has ended, or for so long.</summary>
    internal async Task<bool> FinishAsync(TimeSpan most, TimeProvider clock, CancellationToken cancellation)
    {
        long begun = clock.GetTimestamp();
        while (clock.GetElapsedTime(begun) < most)
        {
            await AskAsync(cancellation);
            await LookAsync(cancellation);
            if (Open == 0)
            {
                return true;
            }

            await Task.Delay(500, cancellation);
        }

        return false;
    }

    internal string Describe() => string.Join(", ", Ends.GroupBy(end => end).OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}")));
}
