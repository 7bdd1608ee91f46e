using Ait.Coordinator.Admitting;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Enrolling;

/// <summary>GET /v1/devices.</summary>
internal static class EnrolmentEndpoints
{
    private const int MaxLimit = 1000;

    internal static void MapEnrolment(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/devices", (HttpContext context, EnrolmentStore store, VerdictStore verdicts) =>
        QueryNumber.TryRead(context, "offset", 0, 0, int.MaxValue, out long offset, out Refusal? refusal)
        && QueryNumber.TryRead(context, "limit", MaxLimit, 1, MaxLimit, out long limit, out refusal)
            ? Answer.Json(
                new DevicesResponse([.. store.Page((int)offset, (int)limit).Select(device => ToResponse(device, store, verdicts))], store.Count()),
                ProtocolJson.Default.DevicesResponse)
            : Answer.Problem(refusal));

    private static DeviceResponse ToResponse(Device device, EnrolmentStore store, VerdictStore verdicts)
    {
        DeviceEarnings earned = store.Earnings(device.GpuId);
        return new DeviceResponse(
            device.Slot,
            device.GpuId,
            device.DeviceClass,
            device.Operator,
            device.HostChip,
            device.EnclaveKey,
            device.ValidUntil,
            device.RevokedBlock != 0,
            store.LastSeen(device.GpuId),
            earned.SeatsPaid,
            earned.SeatsUnpaid,
            Ledger.Wei.Text(earned.Earned),
            verdicts.Find(device.GpuId) is { } enrolment && enrolment.EnclaveKey == device.EnclaveKey ? enrolment.Verdict : null,
            device.ResumableAt == 0 ? null : device.ResumableAt);
    }
}
