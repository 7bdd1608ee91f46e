using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The attendance registry: views, transactions and events, typed.</summary>
public sealed class AttendanceRegistryContract : GovernedContract
{
    /// <summary>How many blocks back the block of a proof of life may lie.</summary>
    public const ulong LifeBlocks = 128;

    /// <summary>A registry at an address.</summary>
    public AttendanceRegistryContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("AttendanceRegistry").Abi)
    {
    }

    /// <summary>Reports that a device is silent on a task, until the task's deadline.</summary>
    public TransactionRequest Report(AbsenceReportRecord report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Transaction(AttendanceRegistrySignatures.Report, report.ToAbi());
    }

    /// <summary>Reports several absences, or none if one of them is refused.</summary>
    public TransactionRequest ReportAll(ImmutableArray<AbsenceReportRecord> reports) =>
        Transaction(AttendanceRegistrySignatures.ReportAll, AbiValue.List(reports.Select(report => report.ToAbi())));

    /// <summary>Shows a device's attestation for a task from which its absence was reported.</summary>
    public TransactionRequest Answer(Hash256 taskId, Hash256 workloadHash, Hash256 gpuId, Hash256 resultHash, ulong durationMillis, Signature signature)
    {
        (Hash256 r, Hash256 vs) = signature.ToCompactWords();
        return Transaction(AttendanceRegistrySignatures.Answer, taskId, workloadHash, gpuId, resultHash, durationMillis, r, vs);
    }

    /// <summary>Suspends a device for its absences from tasks, ascending.</summary>
    public TransactionRequest Suspend(Hash256 gpuId, ImmutableArray<Hash256> taskIds) =>
        Transaction(AttendanceRegistrySignatures.Suspend, gpuId, SeatLetterRecord.Hashes(taskIds));

    /// <summary>Brings a device's proof of life.</summary>
    public TransactionRequest ProveLife(Hash256 gpuId, ulong blockNumber, Signature signature)
    {
        (Hash256 r, Hash256 vs) = signature.ToCompactWords();
        return Transaction(AttendanceRegistrySignatures.ProveLife, gpuId, blockNumber, r, vs);
    }

    /// <summary>Sets the terms; governor only.</summary>
    public TransactionRequest SetTerms(AttendanceTermsRecord terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Transaction(AttendanceRegistrySignatures.SetTerms, terms.ToAbi());
    }

    /// <summary>Names the mining registry, once; creator only.</summary>
    public TransactionRequest Attach(Address mining) => Transaction(AttendanceRegistrySignatures.Attach, mining);

    /// <summary>The terms.</summary>
    public async Task<AttendanceTermsRecord> GetTermsAsync(BlockTag block, CancellationToken cancellation) =>
        AttendanceTermsRecord.FromAbi((await ViewAsync(AttendanceRegistrySignatures.Terms, [], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>A reported absence; its time of report is 0 if there is none.</summary>
    public async Task<AbsenceRecord> GetAbsenceAsync(Hash256 taskId, Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        AbsenceRecord.FromAbi((await ViewAsync(AttendanceRegistrySignatures.Absence, [taskId, gpuId], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>A GPU's attendance.</summary>
    public async Task<AttendanceRecord> GetAttendanceAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        AttendanceRecord.FromAbi((await ViewAsync(AttendanceRegistrySignatures.Attendance, [gpuId], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>What a proof of life signs, by the contract's own arithmetic.</summary>
    public async Task<Hash256> GetLifeDigestAsync(Hash256 gpuId, ulong blockNumber, Hash256 blockHash, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AttendanceRegistrySignatures.LifeDigest, [gpuId, blockNumber, blockHash], block, cancellation).ConfigureAwait(false))[0].AsHash256();

    /// <summary>The mining registry whose seats this is about; zero until it is attached.</summary>
    public async Task<Address> GetMiningAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AttendanceRegistrySignatures.Mining, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Reads a log; false if it is of another contract or about no GPU.</summary>
    public bool TryReadEvent(Log log, [NotNullWhen(true)] out AttendanceRegistryEvent? found)
    {
        found = TryDecodeEvent(log, out ContractEvent? e)
            ? e.Definition.Signature switch
            {
                AttendanceRegistrySignatures.AbsenceReportedEvent => new AttendanceRegistryEvent.Reported(
                    e["gpuId"].AsHash256(),
                    e["taskId"].AsHash256(),
                    e["batchId"].AsUInt64(),
                    e["index"].AsUInt32(),
                    e["seat"].AsByte(),
                    e["countsFrom"].AsUInt64()),
                AttendanceRegistrySignatures.AbsenceAnsweredEvent =>
                    new AttendanceRegistryEvent.Answered(e["gpuId"].AsHash256(), e["taskId"].AsHash256(), e["resultHash"].AsHash256()),
                AttendanceRegistrySignatures.SilentDeviceSuspendedEvent => new AttendanceRegistryEvent.Suspended(e["gpuId"].AsHash256(), e["resumableAt"].AsUInt64()),
                AttendanceRegistrySignatures.LifeProvenEvent => new AttendanceRegistryEvent.LifeProven(e["gpuId"].AsHash256(), e["blockNumber"].AsUInt64()),
                _ => null,
            }
            : null;
        return found is not null;
    }
}
