using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Miner.Proving;

namespace Ait.Miner.Evidencing;

/// <content>The attendance registry that the device registry names.</content>
internal sealed partial class DeviceContracts : IAttendanceContracts
{
    /// <summary>The device registry names it for good.</summary>
    private Address? _attendanceRegistry;

    public Task<AttendanceState> LookAtAttendanceAsync(Hash256 gpuId, CancellationToken cancellation) => GuardAsync(async () =>
    {
        Block head = await LatestAsync(cancellation).ConfigureAwait(false);
        if (await AttendanceAsync(cancellation).ConfigureAwait(false) is not { } attendance)
        {
            return AttendanceState.NotKept(Time(head.Timestamp));
        }

        AttendanceRecord record = await attendance.GetAttendanceAsync(gpuId, head.Number, cancellation).ConfigureAwait(false);
        AttendanceTermsRecord terms = await attendance.GetTermsAsync(head.Number, cancellation).ConfigureAwait(false);
        return new AttendanceState(
            attendance.Address, record.Absences, terms.Absences, record.ResumableAt == 0 ? null : Time(record.ResumableAt), Time(head.Timestamp));
    });

    public Task<TransactionOutcome> ProveLifeAsync(SignedLife life, CancellationToken cancellation) => GuardAsync(async () =>
    {
        AttendanceRegistryContract attendance = await AttendanceAsync(cancellation).ConfigureAwait(false)
            ?? throw new InvalidOperationException("Nobody counts absences on this network.");
        return await SendAsync(attendance, attendance.ProveLife(life.Proof.GpuId, life.Proof.BlockNumber, life.Signature), cancellation).ConfigureAwait(false);
    });

    private async Task<AttendanceRegistryContract?> AttendanceAsync(CancellationToken cancellation)
    {
        Address address = _attendanceRegistry ??= await _registry.GetAttendanceAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        return address == Address.Zero ? null : new AttendanceRegistryContract(address, _client);
    }
}
