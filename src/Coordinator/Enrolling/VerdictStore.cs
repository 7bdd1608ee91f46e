using System.Data.Common;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Enrolling;

/// <summary>The newest verdict on each device's evidence, in the ledger.</summary>
internal sealed class VerdictStore
{
    private const string Select =
        "SELECT gpu_id, class, operator, host_chip, enclave_key, profile, platform, summary, verified_at, valid_until FROM enrolments ";

    private readonly LedgerDatabase _ledger;

    public VerdictStore(LedgerDatabase ledger) => _ledger = ledger;

    internal EnrolmentResponse? Find(Hash256 gpuId) => _ledger.ReadOne(transaction => Find(transaction, gpuId));

    internal IReadOnlyList<EnrolmentResponse> Page(int offset, int limit) =>
        _ledger.Read(transaction => transaction.Query(Select + "ORDER BY gpu_id LIMIT $1 OFFSET $2", Read, limit, offset));

    /// <summary>Keeps a verdict, unless one that counts now contradicts it. Null means kept.</summary>
    internal Refusal? Put(EnrolmentResponse enrolment) => _ledger.Write("put enrolment", transaction =>
    {
        ulong now = enrolment.Verdict.VerifiedAt;
        EnrolmentResponse? ofKey = transaction.First(
            Select + "WHERE enclave_key = $1 AND gpu_id <> $2 AND valid_until > $3", Read, enrolment.EnclaveKey, enrolment.GpuId, now);
        Refusal? refusal = Enrolment.JudgeSuccession(enrolment, Find(transaction, enrolment.GpuId), ofKey);
        if (refusal is null)
        {
            Put(transaction, enrolment);
        }

        return refusal;
    });

    private static EnrolmentResponse? Find(LedgerTransaction transaction, Hash256 gpuId) => transaction.First(Select + "WHERE gpu_id = $1", Read, gpuId);

    private static void Put(LedgerTransaction transaction, EnrolmentResponse enrolment) => transaction.Execute(
        """
        INSERT INTO enrolments (gpu_id, class, operator, host_chip, enclave_key, profile, platform, summary, verified_at, valid_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (gpu_id) DO UPDATE SET class = $2, operator = $3, host_chip = $4, enclave_key = $5, profile = $6, platform = $7, summary = $8,
          verified_at = $9, valid_until = $10
        """,
        enrolment.GpuId, enrolment.DeviceClass, enrolment.Operator, enrolment.HostChip, enrolment.EnclaveKey, enrolment.Verdict.Profile,
        enrolment.Verdict.Platform, enrolment.Verdict.Summary, enrolment.Verdict.VerifiedAt, enrolment.Verdict.ValidUntil);

    private static EnrolmentResponse Read(DbDataReader row) => new(
        row.Hash(0), (DeviceClass)row.GetInt64(1), row.Address(2), row.Hash(3), row.Address(4),
        new EvidenceVerdict(row.GetString(5), row.GetString(6), row.GetString(7), row.Unsigned(8), row.Unsigned(9)));
}
