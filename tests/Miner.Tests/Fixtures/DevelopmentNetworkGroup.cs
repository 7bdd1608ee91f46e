namespace Ait.Miner.Tests.Fixtures;

/// <summary>Tests that share one dev chain.</summary>
[CollectionDefinition(nameof(DevelopmentNetwork))]
public sealed class DevelopmentNetworkGroup : ICollectionFixture<DevelopmentNetwork>;
