namespace Ait.Coordinator.Hosting;

/// <summary>Log lines of the host; event ids 1100 to 1199.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1100, LogLevel.Warning, "{Path} is answered 503: {Reason}")]
    internal static partial void Unavailable(ILogger logger, string path, string reason);

    [LoggerMessage(1101, LogLevel.Error, "{Path} failed")]
    internal static partial void Failed(ILogger logger, string path, Exception fault);
}
