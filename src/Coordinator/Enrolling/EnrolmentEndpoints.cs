using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Enrolling;

/// <summary>GET /v1/devices.</summary>
internal static class EnrolmentEndpoints
{
    internal static void MapEnrolment(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/devices", (EnrolmentStore store) =>
    {
        IReadOnlyDictionary<Hash256, DeviceEarnings> earnings = store.Earnings();
        return Answer.Json(
            new DevicesResponse([.. store.All().Select(device => ToResponse(device, store.LastSeen(device.GpuId), earnings.GetValueOrDefault(device.GpuId)))]),
            ProtocolJson.Default.DevicesResponse);
    });

    private static DeviceResponse ToResponse(Device device, ulong? lastSeen, DeviceEarnings? earned) => new(
        device.Slot,
        device.GpuId,
        device.DeviceClass,
        device.Operator,
        device.HostChip,
        device.EnclaveKey,
        device.ValidUntil,
        device.RevokedBlock != 0,
        lastSeen,
        earned?.SeatsPaid ?? 0,
        earned?.SeatsUnpaid ?? 0,
        Ledger.Wei.Text(earned?.Earned ?? 0));
}
