namespace Ait.Protocol.Http;

/// <summary>A device class as the contracts rate it.</summary>
/// <param name="DeviceClass">The class.</param>
/// <param name="ComputeUnitsPerHour">Its benchmark, CU per hour.</param>
/// <param name="MintWeiPerHour">AIT of one device busy for an hour, wei, decimal.</param>
/// <param name="LeastMillisPerUnit">Shortest inference accepted, milliseconds per CU.</param>
/// <param name="MostMillisPerUnit">Longest inference accepted, milliseconds per CU, beyond the slack.</param>
/// <param name="SlackMillis">Time allowed on top, milliseconds.</param>
public sealed record EconomicsClass(
    DeviceClass DeviceClass, uint ComputeUnitsPerHour, string MintWeiPerHour, ulong LeastMillisPerUnit, ulong MostMillisPerUnit, ulong SlackMillis);
