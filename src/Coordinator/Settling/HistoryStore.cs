using System.Numerics;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Settling;

/// <summary>What settled over time, as the ledger saw it.</summary>
internal sealed class HistoryStore
{
    private readonly LedgerDatabase _ledger;

    public HistoryStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>The last <paramref name="count"/> steps of <paramref name="stepSeconds"/>, the running one included.</summary>
    internal HistoryResponse Read(uint stepSeconds, int count) => _ledger.Read(transaction =>
    {
        long step = stepSeconds * 1000L;
        long first = (transaction.NowMillis / step) - count + 1;
        var units = new Dictionary<DeviceClass, ulong>[count];
        var minted = new BigInteger[count];
        int[] tasks = new int[count];
        ulong[] gas = new ulong[count];
        int[] gasFor = new int[count];
        for (int i = 0; i < count; i++)
        {
            units[i] = [];
        }

        foreach ((long at, string? amount, int number) in transaction.Query(
            "SELECT settled_at / $2, minted, count(*) FROM tasks WHERE settled_at >= $1 GROUP BY 1, 2",
            row => (row.GetInt64(0), row.TextOrNull(1), (int)row.GetInt64(2)), first * step, step))
        {
            int index = (int)Math.Clamp(at - first, 0, count - 1); // A clock that stepped back files under the running step.
            tasks[index] += number;
            minted[index] += Wei.Parse(amount) * number;
        }

        foreach ((long at, DeviceClass deviceClass, ulong sum) in transaction.Query(
            """
            SELECT t.settled_at / $2, d.class, CAST(sum(t.compute_units) AS BIGINT) FROM tasks t
            JOIN seats s ON s.task_key = t.task_key
            JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat AND o.paid_wei IS NOT NULL
            JOIN devices d ON d.slot = s.slot
            WHERE t.settled_at >= $1 GROUP BY 1, 2
            """,
            row => (row.GetInt64(0), (DeviceClass)row.GetInt64(1), row.Unsigned(2)), first * step, step))
        {
            Dictionary<DeviceClass, ulong> there = units[(int)Math.Clamp(at - first, 0, count - 1)];
            there[deviceClass] = there.GetValueOrDefault(deviceClass) + sum;
        }

        foreach ((long at, ulong used, int number) in transaction.Query(
            """
            SELECT mined.at, CAST(sum(mined.gas_used) AS BIGINT), CAST(sum(mined.tasks) AS BIGINT) FROM (
              SELECT s.created_at / $2 AS at, s.gas_used, (SELECT count(*) FROM settlement_tasks x WHERE x.settlement_key = s.settlement_key) AS tasks
              FROM settlements s WHERE s.created_at >= $1 AND s.state IN (1, 3) AND s.gas_used IS NOT NULL) mined
            GROUP BY mined.at
            """,
            row => (row.GetInt64(0), row.Unsigned(1), (int)row.GetInt64(2)), first * step, step))
        {
            int index = (int)Math.Clamp(at - first, 0, count - 1);
            gas[index] += used;
            gasFor[index] += number;
        }

        return new HistoryResponse(
            (ulong)(first * step / 1000), stepSeconds, [.. Enumerable.Range(0, count).Select(i => new HistoryStep(tasks[i], Wei.Text(minted[i]), units[i], gas[i], gasFor[i]))]);
    });
}
