namespace Ait.Coordinator.Fetching;

/// <summary>Event ids 700 to 719.</summary>
internal static partial class FetchingLog
{
    [LoggerMessage(700, LogLevel.Information, "Fetched {Key}, good until {Until:yyyy-MM-dd HH:mm} UTC")]
    internal static partial void Fetched(ILogger log, string key, DateTimeOffset until);

    [LoggerMessage(701, LogLevel.Warning, "{Key} could not be renewed and is good until {Until:yyyy-MM-dd HH:mm} UTC: {Problem}")]
    internal static partial void Kept(ILogger log, string key, DateTimeOffset until, string problem);

    [LoggerMessage(703, LogLevel.Warning, "Collateral: {Warning}")]
    internal static partial void EndsSoon(ILogger log, string warning);

    [LoggerMessage(702, LogLevel.Warning, "{Key} could not be written to disk and is fetched again next time: {Problem}")]
    internal static partial void NotKept(ILogger log, string key, string problem);
}
