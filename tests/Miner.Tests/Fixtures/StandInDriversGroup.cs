namespace Ait.Miner.Tests.Fixtures;

/// <summary>Alone: while these run, every binding of the process leads to the stand-in.</summary>
[CollectionDefinition(nameof(StandInDriversGroup), DisableParallelization = true)]
public sealed class StandInDriversGroup : ICollectionFixture<StandInDrivers>;
