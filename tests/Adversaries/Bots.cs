using System.Collections.Immutable;
using Ait.Adversaries.Cheating;

namespace Ait.Adversaries;

/// <summary>Every bot there is.</summary>
internal static class Bots
{
    internal static ImmutableArray<Bot> All { get; } =
    [
        new CopycatBot(),
        new FrontRunner(),
        new LazyBot(),
        new SlowBot(),
        new OverlappingBot(),
        new SybilBot(),
        new RelayBot(),
        new KeyThief(),
        new GhostBot(),
        new GriefingBuyer(),
        new FillerCoordinator(),
        new WashRedeemer(),
    ];
}
