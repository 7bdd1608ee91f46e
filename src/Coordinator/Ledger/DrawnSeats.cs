using Ait.Chain;

namespace Ait.Coordinator.Ledger;

/// <summary>Which seat a device has at a task, as this process has leased it: who was drawn is on disk and never changes. A memory only.</summary>
internal sealed class DrawnSeats
{
    private readonly Remembered<(long TaskKey, Hash256 GpuId), (byte Seat, Address Operator)> _seats = new(1 << 16);

    internal void Note(long taskKey, Hash256 gpuId, byte seat, Address operatorAccount) => _seats.Note((taskKey, gpuId), (seat, operatorAccount));

    internal (byte Seat, Address Operator)? Find(long taskKey, Hash256 gpuId) =>
        _seats.TryFind((taskKey, gpuId), out (byte Seat, Address Operator) seat) ? seat : null;
}
