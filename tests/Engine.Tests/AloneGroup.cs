namespace Ait.Engine.Tests;

/// <summary>Tests that count what the whole process allocates: they run when no other does.</summary>
[CollectionDefinition(nameof(AloneGroup), DisableParallelization = true)]
public sealed class AloneGroup;
