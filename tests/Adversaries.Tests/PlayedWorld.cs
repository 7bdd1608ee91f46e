using System.Diagnostics.CodeAnalysis;

namespace Ait.Adversaries.Tests;

/// <summary>One world for all bots, each played once: registering its roster by evidence takes longer than any of them.</summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync ends what it owns.")]
[CollectionDefinition(nameof(PlayedWorld))]
public sealed class PlayedWorld : IAsyncLifetime, ICollectionFixture<PlayedWorld>
{
    private readonly Dictionary<string, Outcome> _outcomes = [];
    private World? _world;

    public async ValueTask InitializeAsync()
    {
        if (World.Missing is null)
        {
            _world = await World.RaiseAsync(_ => { }, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }

    internal World World => _world ?? throw new InvalidOperationException("the test must call Require first");

    internal static void Require() => Assert.SkipWhen(World.Missing is not null, World.Missing ?? "");

    internal async Task<Outcome> OutcomeAsync(string bot)
    {
        Require();
        if (!_outcomes.TryGetValue(bot, out Outcome? outcome))
        {
            outcome = await Bots.All.Single(each => each.Name == bot).PlayAsync(World, TestContext.Current.CancellationToken);
            _outcomes.Add(bot, outcome);
        }

        return outcome;
    }
}
