using Ait.Chain.Contracts;

namespace Ait.Buyer;

/// <summary>A device as the registry has it at one block.</summary>
/// <param name="Record">Its roster slot.</param>
/// <param name="Profile">Its trust profile, by the registry's numbers.</param>
/// <param name="IsRevoked">Whether the governor excluded it.</param>
/// <param name="BlockTime">The block's time, unix seconds.</param>
public sealed record SeatDevice(DeviceRecord Record, byte Profile, bool IsRevoked, ulong BlockTime);
