using Ait.Chain;

namespace Ait.Coordinator.Covering;

/// <summary>Event ids 740 to 749.</summary>
internal static partial class CoverLog
{
    [LoggerMessage(740, LogLevel.Warning, "no batch is committed: the letters that can be claimed and those of one more task want {Expected} AIT in the bond of {Account}, found {Found} AIT that are not asked back; put up more with `ait bond deposit AMOUNT --as coordinator`")]
    internal static partial void Short(ILogger log, string expected, Address account, string found);

    [LoggerMessage(741, LogLevel.Information, "the bond of {Account} covers the letters of more tasks: work goes on")]
    internal static partial void Again(ILogger log, Address account);
}
