using System.Collections.Concurrent;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using System.Data.Common;

namespace Ait.Coordinator.Enrolling;

/// <summary>The ledger's copy of the device registry, kept by the chain's events.</summary>
internal sealed class EnrolmentStore
{
    private const string SelectDevice =
        """
        SELECT slot, gpu_id, host_chip, operator, class, valid_until, previous_valid_until, enclave_key, registered_block, refreshed_block, revoked_block, resumable_at
        FROM devices

        """;

    private readonly LedgerDatabase _ledger;
    private readonly ConcurrentDictionary<Hash256, ulong> _lastSeen = new();

    public EnrolmentStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>A device may hold several slots over time; the live one, else the newest, speaks for it.</summary>
    internal Device? Find(Hash256 gpuId) => _ledger.ReadOne(transaction =>
        transaction.First(SelectDevice + "WHERE gpu_id = $1 ORDER BY revoked_block = 0 DESC, slot DESC LIMIT 1", ReadDevice, gpuId));

    internal IReadOnlyList<Device> All() => _ledger.Read(transaction => transaction.Query(SelectDevice + "ORDER BY slot", ReadDevice));

    /// <summary>Slots from an offset, in order.</summary>
    internal IReadOnlyList<Device> Page(int offset, int limit) => _ledger.Read(transaction =>
        transaction.Query(SelectDevice + "ORDER BY slot LIMIT $2 OFFSET $1", ReadDevice, offset, limit));

    internal int Count() => _ledger.Read(transaction => (int)transaction.Number("SELECT count(*) FROM devices"));

    /// <summary>Devices that can be drawn now.</summary>
    internal int CountLive(ulong now) => _ledger.Read(transaction =>
        (int)transaction.Number("SELECT count(*) FROM devices WHERE revoked_block = 0 AND valid_until > $1 AND refreshed_block <> $2", now, DeviceRecord.Unproven));

    /// <summary>Devices that are suspended for absence.</summary>
    internal int CountAbsent() => _ledger.Read(transaction => (int)transaction.Number("SELECT count(*) FROM devices WHERE resumable_at <> 0"));

    internal void Put(Device device) => _ledger.Write("put device", transaction => Put(transaction, device));

    internal static void Put(LedgerTransaction transaction, Device device)
    {
        // Of a GPU that was registered again, its last slot alone tells of its absence.
        transaction.Execute("UPDATE devices SET resumable_at = 0 WHERE gpu_id = $1 AND slot <> $2 AND resumable_at <> 0", device.GpuId, (long)device.Slot);
        transaction.Execute(
            """
            INSERT INTO devices (slot, gpu_id, host_chip, operator, class, valid_until, previous_valid_until, enclave_key, registered_block, refreshed_block, revoked_block, resumable_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (slot) DO UPDATE SET gpu_id = $2, host_chip = $3, operator = $4, class = $5, valid_until = $6, previous_valid_until = $7,
              enclave_key = $8, registered_block = $9, refreshed_block = $10, revoked_block = $11, resumable_at = $12
            """,
            (long)device.Slot, device.GpuId, device.HostChip, device.Operator, device.DeviceClass, device.ValidUntil, device.PreviousValidUntil,
            device.EnclaveKey, device.RegisteredBlock, device.RefreshedBlock, device.RevokedBlock, device.ResumableAt);
    }

    /// <summary>When a device last spoke, unix seconds; memory only, a restart forgets it.</summary>
    internal ulong? LastSeen(Hash256 gpuId) => _lastSeen.TryGetValue(gpuId, out ulong seen) ? seen : null;

    internal void Saw(Hash256 gpuId, ulong now) => _lastSeen[gpuId] = now;

    /// <summary>What a GPU earned here. Equal amounts are counted by the ledger, so that a long history stays cheap.</summary>
    internal DeviceEarnings Earnings(Hash256 gpuId) => _ledger.Read(transaction => transaction
        .Query(
            """
            SELECT o.paid_wei, count(*) FROM seats s JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat
            JOIN tasks t ON t.task_key = s.task_key WHERE s.gpu_id = $1 AND t.phase >= 4 GROUP BY o.paid_wei
            """,
            row => (Paid: row.TextOrNull(0), Seats: (int)row.GetInt64(1)),
            gpuId)
        .Aggregate(new DeviceEarnings(0, 0, 0), (sum, group) => group.Paid is null
            ? sum with { SeatsUnpaid = sum.SeatsUnpaid + group.Seats }
            : sum with { SeatsPaid = sum.SeatsPaid + group.Seats, Earned = sum.Earned + (Wei.Parse(group.Paid) * group.Seats) }));

    private static Device ReadDevice(DbDataReader row) => new(
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
        row.Unsigned(10),
        row.Unsigned(11));
}

/// <summary>What a device earned through this coordinator.</summary>
internal sealed record DeviceEarnings(int SeatsPaid, int SeatsUnpaid, System.Numerics.BigInteger Earned);
