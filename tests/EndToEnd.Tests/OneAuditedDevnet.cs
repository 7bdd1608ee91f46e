namespace Ait.EndToEnd.Tests;

/// <summary>A recorded network that is only read.</summary>
[CollectionDefinition(Name)]
public sealed class OneAuditedDevnet : ICollectionFixture<AuditedDevnet>
{
    internal const string Name = "one audited network";
}
