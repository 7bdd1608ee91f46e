namespace Ait.Coordinator.Tests.Support;

/// <summary>A coordinator that dies once at a boundary of its steps and is started again.</summary>
internal static class MortalCoordinator
{
    /// <summary>
    /// Tells a story once without a death, then once for each boundary at which a death can matter: of every step the first two and the last,
    /// as what lies between them is the same again. Each life over PostgreSQL is a database of its own: every fifth of them there.
    /// </summary>
    /// <param name="least">How many boundaries the story must cross to mean anything.</param>
    /// <param name="story">Dies at the boundary it is given, from 1, and never beyond the last; the steps it crossed.</param>
    internal static async Task DieAnywhereAsync(int least, Func<int, Task<IReadOnlyList<string>>> story)
    {
        IReadOnlyList<string> crossed = await story(int.MaxValue);
        Assert.True(crossed.Count > least, $"only {crossed.Count} boundaries were crossed; the story is too short to mean anything");
        int[] deaths = [.. crossed.Index().GroupBy(at => at.Item, at => at.Index + 1).SelectMany(places => places.Take(2).Append(places.Last())).Distinct().Order()];
        foreach (int kill in deaths.Where((_, place) => !PostgresServer.IsAsked || place % 5 == 0))
        {
            await story(kill);
        }
    }

    /// <summary>Plays rounds with it, and looks at what is left; the steps whose boundaries were crossed.</summary>
    /// <param name="network">Where it lives.</param>
    /// <param name="kill">The boundary, from 1, at which it dies; beyond the last it does not.</param>
    /// <param name="rounds">How many rounds there are at most.</param>
    /// <param name="round">One round; true if the story is over. Whatever it does can be cut off.</param>
    /// <param name="pass">What happens after each round, cut off or not.</param>
    /// <param name="check">Looks at a coordinator that lives.</param>
    internal static async Task<IReadOnlyList<string>> LiveAsync(
        TestNetwork network, int kill, int rounds, Func<RunningCoordinator, Task<bool>> round, Action pass, Action<RunningCoordinator> check)
    {
        List<string> crossed = [];
        void Boundary(string step)
        {
            crossed.Add(step);
            if (crossed.Count == kill)
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
