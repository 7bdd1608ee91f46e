using Ait.Miner.Evidencing;

namespace Ait.Miner.Proving;

/// <summary>Looks at the chain again and again, for as long as each look asks to wait.</summary>
internal static class Rounds
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="round">One look and what follows from it; how long there is nothing to do.</param>
    /// <param name="away">Told when the chain's node does not answer; how long to leave it alone.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task RunAsync(
        Func<CancellationToken, Task<TimeSpan>> round, Func<ChainAwayException, TimeSpan> away, TimeProvider clock, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                TimeSpan pause;
                try
                {
                    pause = await round(cancellation).ConfigureAwait(false);
                }
                catch (ChainAwayException exception)
                {
                    pause = away(exception);
                }

                await Task.Delay(pause, clock, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
