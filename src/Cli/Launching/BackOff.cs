namespace Ait.Cli.Launching;

/// <summary>How long to wait before a program that ended is started again: doubling, and forgiven after a healthy life.</summary>
internal static class BackOff
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A life this long counts as healthy.</summary>
    internal static readonly TimeSpan Healthy = TimeSpan.FromSeconds(20);

    internal static TimeSpan After(TimeSpan previous, TimeSpan lived)
    {
        if (lived >= Healthy || previous == TimeSpan.Zero)
        {
            return First;
        }

        TimeSpan doubled = previous * 2;
        return doubled < Longest ? doubled : Longest;
    }
}
