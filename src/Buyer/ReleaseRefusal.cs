namespace Ait.Buyer;

/// <summary>Why a seat gets no content key.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there instead.</param>
public sealed record ReleaseRefusal(ReleaseRefusalCode Code, string Expected, string Found)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: expected {Expected}, found {Found}";
}
