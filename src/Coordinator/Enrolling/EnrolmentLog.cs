using Ait.Chain;
using Ait.Protocol;

namespace Ait.Coordinator.Enrolling;

/// <summary>Event ids 720 to 739.</summary>
internal static partial class EnrolmentLog
{
    [LoggerMessage(720, LogLevel.Information, "{DeviceClass} {GpuId} is enrolled: {Summary}")]
    internal static partial void Enrolled(ILogger log, DeviceClass deviceClass, Hash256 gpuId, string summary);

    [LoggerMessage(721, LogLevel.Warning, "{GpuId} is not enrolled: {Reason}")]
    internal static partial void Refused(ILogger log, Hash256 gpuId, string reason);
}
