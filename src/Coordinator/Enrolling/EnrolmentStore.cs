using System.Collections.Concurrent;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Enrolling;

/// <summary>The ledger's copy of the device registry, kept by the chain's events.</summary>
internal sealed class EnrolmentStore
{
    private const string SelectDevice =
        """
        SELECT slot, gpu_id, host_chip, operator, class, valid_until, previous_valid_until, enclave_key, registered_block, refreshed_block, revoked_block
        FROM devices

        """;

    private readonly LedgerFile _ledger;
    private readonly ConcurrentDictionary<Hash256, ulong> _lastSeen = new();

    public EnrolmentStore(LedgerFile ledger) => _ledger = ledger;

    /// <summary>A device may hold several slots over time; the live one, else the newest, speaks for it.</summary>
    internal Device? Find(Hash256 gpuId) => _ledger.Read(transaction =>
        transaction.First(SelectDevice + "WHERE gpu_id = $1 ORDER BY revoked_block = 0 DESC, slot DESC LIMIT 1", ReadDevice, gpuId));

    internal IReadOnlyList<Device> All() => _ledger.Read(transaction => transaction.Query(SelectDevice + "ORDER BY slot", ReadDevice));

    internal void Put(Device device) => _ledger.Write("put device", transaction => Put(transaction, device));

    internal static void Put(LedgerTransaction transaction, Device device) => transaction.Execute(
        """
        INSERT INTO devices (slot, gpu_id, host_chip, operator, class, valid_until, previous_valid_until, enclave_key, registered_block, refreshed_block, revoked_block)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (slot) DO UPDATE SET gpu_id = $2, host_chip = $3, operator = $4, class = $5, valid_until = $6, previous_valid_until = $7,
          enclave_key = $8, registered_block = $9, refreshed_block = $10, revoked_block = $11
        """,
        (long)device.Slot, device.GpuId, device.HostChip, device.Operator, device.DeviceClass, device.ValidUntil, device.PreviousValidUntil,
        device.EnclaveKey, device.RegisteredBlock, device.RefreshedBlock, device.RevokedBlock);

    /// <summary>When a device last spoke, unix seconds; memory only, a restart forgets it.</summary>
    internal ulong? LastSeen(Hash256 gpuId) => _lastSeen.TryGetValue(gpuId, out ulong seen) ? seen : null;

    internal void Saw(Hash256 gpuId, ulong now) => _lastSeen[gpuId] = now;

    internal IReadOnlyDictionary<Hash256, DeviceEarnings> Earnings() => _ledger.Read(transaction => transaction
        .Query(
            "SELECT s.gpu_id, o.paid_wei FROM seat_outcomes o JOIN seats s ON s.task_key = o.task_key AND s.seat = o.seat JOIN tasks t ON t.task_key = s.task_key WHERE t.phase >= 4",
            row => (GpuId: row.Hash(0), Paid: row.TextOrNull(1)))
        .GroupBy(outcome => outcome.GpuId)
        .ToDictionary(group => group.Key, group => new DeviceEarnings(
            group.Count(outcome => outcome.Paid is not null),
            group.Count(outcome => outcome.Paid is null),
            group.Aggregate(System.Numerics.BigInteger.Zero, (sum, outcome) => sum + Wei.Parse(outcome.Paid)))));

    private static Device ReadDevice(SqliteDataReader row) => new(
        (int)row.GetInt64(0),
        row.Hash(1),
        row.Hash(2),
        row.Address(3),
        (DeviceClass)row.GetInt64(4),
        row.Unsigned(5),
        row.Unsigned(6),
        row.Address(7),
        row.Unsigned(8),
        row.Unsigned(9),
        row.Unsigned(10));
}

/// <summary>What a device earned through this coordinator.</summary>
internal sealed record DeviceEarnings(int SeatsPaid, int SeatsUnpaid, System.Numerics.BigInteger Earned);
