using System.Runtime.CompilerServices;
using System.Text.Json;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>Tells onlookers when the network's state changed.</summary>
internal sealed class LiveFeed
{
    /// <summary>Onlookers served at once; each holds a connection.</summary>
    internal const int MaxListeners = 1_000;

    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which something is said, so that proxies keep the connection and a gone client is noticed.</summary>
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(15);

    private readonly StatusReader _reader;
    private readonly TimeProvider _clock;
    private Tuple<StatusResponse, string>? _latest;
    private int _listeners;

    public LiveFeed(StatusReader reader, TimeProvider clock)
    {
        _reader = reader;
        _clock = clock;
    }

    /// <summary>Takes a listener's place; false if all are taken. Give it back with <see cref="Leave"/>.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _listeners) <= MaxListeners)
        {
            return true;
        }

        Leave();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _listeners);

    /// <summary>JSON of a <see cref="StatusResponse"/> whenever it changed, an empty text after a long silence; ends when asked to.</summary>
    internal async IAsyncEnumerable<string> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        string said = "";
        long saidAt = _clock.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            string now = await LatestAsync(cancellation);
            if (now != said)
            {
                said = now;
                saidAt = _clock.GetTimestamp();
                yield return now;
            }
            else if (_clock.GetElapsedTime(saidAt) > s_longestSilence)
            {
                saidAt = _clock.GetTimestamp();
                yield return "";
            }

            await Task.Delay(Look, _clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The state as JSON, written once for all listeners.</summary>
    private async Task<string> LatestAsync(CancellationToken cancellation)
    {
        try
        {
            StatusResponse status = await _reader.ReadAsync(cancellation);
            if (_latest?.Item1 != status)
            {
                _latest = Tuple.Create(status, JsonSerializer.Serialize(status, ProtocolJson.Default.StatusResponse));
            }
        }
        catch (Exception fault) when (fault is ChainUnavailableException or LedgerException)
        {
            // The listener keeps the last state; /readyz says what is wrong.
        }

        return _latest?.Item2 ?? "";
    }
}
