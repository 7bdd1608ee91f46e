namespace Ait.Protocol;

/// <summary>Why bytes or a signature of another party were not accepted: what, what was expected, what was found.</summary>
/// <param name="Code">The reason; its number never changes and is never reused.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there instead.</param>
public sealed record ProtocolRefusal(ProtocolRefusalCode Code, string Expected, string Found)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: expected {Expected}, found {Found}";
}
