using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Buying;

/// <summary>
/// Purchases on prepaid credit. An account's credit is what its redemptions to its credit id bought, less the purchases whose queue entry
/// is not void: both are facts of other stages, so a reorganisation or a void task gives back without a booking of its own.
/// </summary>
internal sealed class PurchaseStore
{
    /// <summary>The window of the daily limit, milliseconds.</summary>
    internal const long Day = 24 * 60 * 60 * 1000;

    private const int MostListed = 100;

    private readonly LedgerDatabase _ledger;
    private readonly NetworkDomain _domain;

    public PurchaseStore(LedgerDatabase ledger, NetworkDomain domain)
    {
        _ledger = ledger;
        _domain = domain;
    }

    /// <summary>
    /// Has a workload run on a key, in one transaction with its payment. A workload has one result: where it is agreed on already, or under
    /// way for anyone, that run answers and costs nothing.
    /// </summary>
    internal Purchase Buy(ApiKey key, Workload workload, ComputeUnits price) =>
        TryBuy(key, [(workload, price)], out IReadOnlyList<Purchase.Bought> bought, out _, out Purchase? refused) ? bought[0] : refused;

    /// <summary>As <see cref="Buy(ApiKey, Workload, ComputeUnits)"/> for several workloads: all of them, or none.</summary>
    /// <param name="key">Whose credit pays.</param>
    /// <param name="wanted">Distinct workloads with their prices.</param>
    /// <param name="bought">One for each, in their order.</param>
    /// <param name="cost">What those cost that no run answers yet.</param>
    /// <param name="refused">Why nothing was bought.</param>
    internal bool TryBuy(
        ApiKey key, IReadOnlyList<(Workload Workload, ComputeUnits Price)> wanted,
        out IReadOnlyList<Purchase.Bought> bought, out ComputeUnits cost, [NotNullWhen(false)] out Purchase? refused)
    {
        (bought, cost, refused) = _ledger.Write("buy", transaction => Buy(transaction, key, wanted));
        return refused is null;
    }

    /// <summary>As <see cref="Buy(ApiKey, Workload, ComputeUnits)"/>, within a transaction that writes more.</summary>
    internal Purchase Buy(LedgerTransaction transaction, ApiKey key, Workload workload, ComputeUnits price)
    {
        (Purchase.Bought[] bought, _, Purchase? refused) = Buy(transaction, key, [(workload, price)]);
        return refused ?? bought[0];
    }

    /// <summary>Whether credit and limits cover a price; null means yes.</summary>
    internal Purchase? Judge(LedgerTransaction transaction, ApiKey key, ulong price) => Purchase.Judge(
        price,
        Redeemed(transaction, key.Account) - SpentBy(transaction, key.Account),
        key.DailyUnits,
        key.DailyUnits is null ? 0 : Spent(transaction, key.KeyId, transaction.NowMillis - Day),
        key.TotalUnits,
        key.TotalUnits is null ? 0 : Spent(transaction, key.KeyId, 0));

    /// <summary>What <see cref="Buy(ApiKey, Workload, ComputeUnits)"/> would do now, without doing it; the entry is 0 where one would be made.</summary>
    internal Purchase Weigh(ApiKey key, Hash256 workloadHash, ComputeUnits price) => _ledger.Read(transaction =>
        Answering(transaction, workloadHash) is long running
            ? new Purchase.Bought(running, 0)
            : Judge(transaction, key, price.Micro) ?? new Purchase.Bought(0, price.Micro));

    internal CreditResponse Credit(Address account, bool isOpen) => _ledger.Read(transaction =>
    {
        long redeemed = Redeemed(transaction, account);
        long spent = SpentBy(transaction, account);
        return new CreditResponse(
            account, _domain.CreditId(account), isOpen, (ulong)redeemed, (ulong)spent, (ulong)Math.Max(0, redeemed - spent),
            transaction.Query(
                """
                SELECT p.key_id, q.workload_hash, p.compute_units, p.bought_at, q.state,
                  (SELECT t.task_id FROM tasks t WHERE t.entry_key = q.entry_key ORDER BY t.task_key DESC LIMIT 1)
                FROM purchases p JOIN queue q ON q.entry_key = p.entry_key WHERE p.account = $1 ORDER BY p.purchase_key DESC LIMIT $2
                """,
                row => new PurchaseResponse(
                    row.GetString(0), row.Hash(1), row.HashOrNull(5), row.Unsigned(2), PhaseOf((QueueState)row.GetInt64(4)), (ulong)(row.GetInt64(3) / 1000)),
                account, (long)MostListed));
    });

    /// <summary>Micro-CU a key spent since an instant.</summary>
    internal static long Spent(LedgerTransaction transaction, string keyId, long since) => transaction.Number(
        """
        SELECT CAST(coalesce(sum(p.compute_units), 0) AS BIGINT) FROM purchases p JOIN queue q ON q.entry_key = p.entry_key
        WHERE p.key_id = $1 AND p.bought_at > $2 AND q.state <> 3
        """,
        keyId, since);

    private (Purchase.Bought[] Bought, ComputeUnits Cost, Purchase? Refused) Buy(
        LedgerTransaction transaction, ApiKey key, IReadOnlyList<(Workload Workload, ComputeUnits Price)> wanted)
    {
        var runs = new Purchase.Bought?[wanted.Count];
        ulong sum = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            (Workload workload, ComputeUnits price) = wanted[i];
            DispatchStore.AddWorkload(transaction, workload, price);
            runs[i] = Answering(transaction, workload.Hash) is long running ? new Purchase.Bought(running, 0) : null;
            sum = checked(sum + (runs[i] is null ? price.Micro : 0));
        }

        return sum > 0 && Judge(transaction, key, sum) is Purchase unpaid
            ? ([], new ComputeUnits(sum), unpaid)
            : ([.. runs.Select((run, i) => run ?? Enqueue(transaction, key, wanted[i].Workload, wanted[i].Price))], new ComputeUnits(sum), null);
    }

    private static Purchase.Bought Enqueue(LedgerTransaction transaction, ApiKey key, Workload workload, ComputeUnits price)
    {
        DispatchStore.Enqueue(transaction, workload.Hash, key.Account);
        long entry = transaction.Number("SELECT entry_key FROM queue WHERE workload_hash = $1 AND redeemer = $2 AND state = 0", workload.Hash, key.Account);
        transaction.Execute(
            "INSERT INTO purchases (key_id, account, entry_key, compute_units, bought_at) VALUES ($1, $2, $3, $4, $5)",
            key.KeyId, key.Account, entry, price.Micro, transaction.NowMillis);
        transaction.Record("bought", workload.Hash.ToArray(), $"{key.KeyId} of {key.Account}, {price.Micro} micro-CU");
        return new Purchase.Bought(entry, price.Micro);
    }

    private long Redeemed(LedgerTransaction transaction, Address account) => transaction.Number(
        "SELECT CAST(coalesce(sum(compute_units), 0) AS BIGINT) FROM redemptions WHERE workload_hash = $1 AND account = $2 AND removed = 0",
        _domain.CreditId(account), account);

    private static long SpentBy(LedgerTransaction transaction, Address account) => transaction.Number(
        """
        SELECT CAST(coalesce(sum(p.compute_units), 0) AS BIGINT) FROM purchases p JOIN queue q ON q.entry_key = p.entry_key
        WHERE p.account = $1 AND q.state <> 3
        """,
        account);

    /// <summary>The entry whose run gives the workload's result: one with an agreed result before one under way.</summary>
    private static long? Answering(LedgerTransaction transaction, Hash256 workloadHash) => transaction.Number(
        """
        SELECT q.entry_key FROM queue q LEFT JOIN tasks t ON t.entry_key = q.entry_key AND t.phase IN (3, 4)
        WHERE q.workload_hash = $1 AND (t.task_key IS NOT NULL OR q.state < 2)
        ORDER BY CASE WHEN t.task_key IS NULL THEN 1 ELSE 0 END, q.entry_key LIMIT 1
        """,
        workloadHash) is > 0 and long entry ? entry : null;

    private static WorkloadPhase PhaseOf(QueueState state) => state switch
    {
        QueueState.Waiting => WorkloadPhase.Funded,
        QueueState.Batched => WorkloadPhase.Running,
        QueueState.Settled => WorkloadPhase.Settled,
        _ => WorkloadPhase.Void,
    };
}
