namespace Ait.Coordinator.Ledger;

/// <summary>What a ledger is opened for.</summary>
internal enum LedgerUse
{
    /// <summary>To run a coordinator: the newest schema, a place among the replicas.</summary>
    Serve,

    /// <summary>To change it while no coordinator runs.</summary>
    Maintain,

    /// <summary>To read it as it is, also beside a running coordinator.</summary>
    Read,
}
