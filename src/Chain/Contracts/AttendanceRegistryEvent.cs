namespace Ait.Chain.Contracts;

/// <summary>An event of the attendance registry that is about one GPU.</summary>
public abstract record AttendanceRegistryEvent
{
    private AttendanceRegistryEvent()
    {
    }

    /// <summary>The GPU that it is about.</summary>
    public abstract Hash256 GpuId { get; init; }

    /// <summary>Somebody says that a device was silent on a task.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="TaskId">The task.</param>
    /// <param name="BatchId">Its batch.</param>
    /// <param name="Index">Its position there.</param>
    /// <param name="Seat">The silent seat.</param>
    /// <param name="CountsFrom">Unix seconds from which it counts unless it is answered.</param>
    public sealed record Reported(Hash256 GpuId, Hash256 TaskId, ulong BatchId, uint Index, byte Seat, ulong CountsFrom) : AttendanceRegistryEvent;

    /// <summary>The device had an attestation for the task.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="TaskId">The task.</param>
    /// <param name="ResultHash">What the attestation states.</param>
    public sealed record Answered(Hash256 GpuId, Hash256 TaskId, Hash256 ResultHash) : AttendanceRegistryEvent;

    /// <summary>A device was suspended for its absences.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="ResumableAt">Unix seconds from which a proof of life ends it.</param>
    public sealed record Suspended(Hash256 GpuId, ulong ResumableAt) : AttendanceRegistryEvent;

    /// <summary>A device proved that it is there.</summary>
    /// <param name="GpuId">The GPU.</param>
    /// <param name="BlockNumber">The block whose hash it signed.</param>
    public sealed record LifeProven(Hash256 GpuId, ulong BlockNumber) : AttendanceRegistryEvent;
}
