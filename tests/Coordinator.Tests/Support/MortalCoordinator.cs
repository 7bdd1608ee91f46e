namespace Ait.Coordinator.Tests.Support;

/// <summary>A coordinator that dies once at a boundary of its steps and is started again.</summary>
internal static class MortalCoordinator
{
    /// <summary>Plays rounds with it, and looks at what is left; how many boundaries were crossed.</summary>
    /// <param name="network">Where it lives.</param>
    /// <param name="kill">The boundary, from 1, at which it dies; beyond the last it does not.</param>
    /// <param name="rounds">How many rounds there are at most.</param>
    /// <param name="round">One round; true if the story is over. Whatever it does can be cut off.</param>
    /// <param name="pass">What happens after each round, cut off or not.</param>
    /// <param name="check">Looks at a coordinator that lives.</param>
    internal static async Task<int> LiveAsync(
        TestNetwork network, int kill, int rounds, Func<RunningCoordinator, Task<bool>> round, Action pass, Action<RunningCoordinator> check)
    {
        int crossed = 0;
        void Boundary(string step)
        {
            if (++crossed == kill)
            {
                throw new KillException(step);
            }
        }

        RunningCoordinator? coordinator = null;
        try
        {
            for (int played = 0; played < rounds; played++)
            {
                try
                {
                    coordinator ??= network.Start(Boundary);
                    if (await round(coordinator))
                    {
                        break;
                    }
                }
                catch (KillException)
                {
                    coordinator?.Dispose();
                    coordinator = null;
                }

                pass();
            }

            network.Chain.Boundary = null;
            coordinator ??= network.Start();
            check(coordinator);
        }
        finally
        {
            coordinator?.Dispose();
        }

        return crossed;
    }
}
