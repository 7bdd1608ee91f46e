namespace Ait.Protocol.Http;

/// <summary>What settled in one step of <see cref="HistoryResponse"/>.</summary>
/// <param name="TasksSettled">Tasks settled.</param>
/// <param name="MintedWei">AIT minted by them, in wei, decimal.</param>
/// <param name="ComputeUnitsByClass">Micro-CU of paid seats by device class; a class without any is absent.</param>
/// <param name="SettlementGas">Gas used on chain by the settlements that this coordinator decided in the step; what a reorganisation took back does not count.</param>
/// <param name="SettlementTasks">Tasks in them.</param>
public sealed record HistoryStep(
    int TasksSettled, string MintedWei, IReadOnlyDictionary<DeviceClass, ulong> ComputeUnitsByClass, ulong SettlementGas, int SettlementTasks);
