namespace Ait.Chain;

/// <summary>Why foreign bytes were refused.</summary>
/// <param name="What">The part that is wrong.</param>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there.</param>
public sealed record DecodeFault(string What, int Offset, string Expected, string Found)
{
    /// <summary>One line naming what, where, expected and found.</summary>
    public override string ToString() => $"{What} at byte {Offset}: expected {Expected}, found {Found}";
}
