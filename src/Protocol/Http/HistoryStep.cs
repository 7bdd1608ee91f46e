namespace Ait.Protocol.Http;

/// <summary>What settled in one step of <see cref="HistoryResponse"/>.</summary>
/// <param name="TasksSettled">Tasks settled.</param>
/// <param name="MintedWei">AIT minted by them, in wei, decimal.</param>
/// <param name="ComputeUnitsByClass">Micro-CU of paid seats by device class; a class without any is absent.</param>
public sealed record HistoryStep(int TasksSettled, string MintedWei, IReadOnlyDictionary<DeviceClass, ulong> ComputeUnitsByClass);
