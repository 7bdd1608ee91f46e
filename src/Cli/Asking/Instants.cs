using System.Globalization;

namespace Ait.Cli.Asking;

/// <summary>Times of the chain as people read them.</summary>
internal static class Instants
{
    /// <summary>Unix seconds as date and time of UTC.</summary>
    internal static string Text(ulong unixSeconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
