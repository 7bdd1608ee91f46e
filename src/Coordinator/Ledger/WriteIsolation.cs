namespace Ait.Coordinator.Ledger;

/// <summary>What keeps a write apart from those of other replicas. With SQLite there is one writer, and both are the same.</summary>
internal enum WriteIsolation
{
    /// <summary>As if no other write ran beside it; run again after a conflict.</summary>
    Serial,

    /// <summary>By the rows it locks first, with <c>FOR UPDATE</c>: what it reads after that of those rows' facts does not change under it.</summary>
    RowLocks,

    /// <summary>Of one statement, which is a transaction by itself. It may be run again where nobody knows whether it was.</summary>
    Alone,
}
