using Ait.Coordinator.Ledger;
using Ait.Coordinator.Observing;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Loops;

/// <summary>
/// One background activity as a round that is repeated for ever. A round takes up whatever the ledger shows undone, so it may be
/// killed anywhere and repeated; a fault is noted in <see cref="LoopHealth"/> and answered with a growing pause. Only the leading
/// replica runs rounds; what a round writes is refused once another has taken over.
/// </summary>
internal abstract class CoordinatorLoop : BackgroundService
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);

    private readonly string _name;
    private readonly TimeSpan _interval;
    private readonly WakeSignal _wake;
    private readonly LoopHealth _health;
    private readonly Leadership _leadership;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    protected CoordinatorLoop(TimeSpan interval, WakeSignal wake, LoopHealth health, Leadership leadership, TimeProvider clock, ILogger log)
    {
        _name = GetType().Name;
        _interval = interval;
        _wake = wake;
        _health = health;
        _leadership = leadership;
        _clock = clock;
        _log = log;
        _health.Starting(_name);
        Telemetry.Begin(_name);
    }

    /// <summary>One round: everything the ledger shows undone now.</summary>
    internal abstract Task RoundAsync(CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan pause = _interval;
        while (!stoppingToken.IsCancellationRequested)
        {
            Task woken = _wake.Next;
            Task changed = _leadership.Changed;
            if (_leadership.Term is not long term)
            {
                _health.StandsBy(_name);
                await Task.WhenAny(changed, Task.Delay(Timeout.Infinite, stoppingToken));
                continue;
            }

            LedgerDatabase.ActInTerm(term);
            try
            {
                using (Telemetry.Round(_name))
                {
                    await RoundAsync(stoppingToken);
                }

                _health.Works(_name);
                pause = _interval;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                _health.Fails(_name, fault.Message);
                Telemetry.RoundFailed(_name);
                LoopLog.RoundFailed(_log, _name, fault.Message, fault is ChainUnavailableException ? null : fault);
                pause = TimeSpan.FromTicks(Math.Min(s_longestPause.Ticks, Math.Max(pause.Ticks, TimeSpan.TicksPerMillisecond * 200) * 2));
                woken = Task.Delay(Timeout.Infinite, stoppingToken);
            }

            await Task.WhenAny(woken, Task.Delay(pause, _clock, stoppingToken));
        }
    }
}
