namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/status</c>.</summary>
/// <param name="QueuedWorkloads">Workloads not in a batch yet.</param>
/// <param name="TasksByPhase">Number of tasks in each phase.</param>
/// <param name="LiveDevices">Devices that can be drawn now.</param>
/// <param name="BlockNumber">The newest block seen.</param>
/// <param name="MintedWei">AIT minted by settlements, in wei, decimal.</param>
/// <param name="BurnedWei">AIT burned by redemptions.</param>
/// <param name="SupplyWei">The token's total supply.</param>
/// <param name="SuspendedDevices">Devices that are suspended for absence.</param>
public sealed record StatusResponse(
    int QueuedWorkloads,
    IReadOnlyDictionary<TaskPhase, int> TasksByPhase,
    int LiveDevices,
    ulong BlockNumber,
    string MintedWei,
    string BurnedWei,
    string SupplyWei,
    int SuspendedDevices = 0);
