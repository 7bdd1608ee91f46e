namespace Ait.EndToEnd.Tests;

/// <summary>A network that classes share which leave it as sound as they found it: starting one takes longer than most of them.</summary>
[CollectionDefinition(Name)]
public sealed class OneDevnet : ICollectionFixture<Devnet>
{
    internal const string Name = "one network";
}
