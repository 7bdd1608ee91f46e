using System.Globalization;

namespace Ait.Attestation;

/// <summary>One refusal with the facts that explain it.</summary>
/// <param name="Code">The fixed code.</param>
/// <param name="What">The field, file or certificate it is about.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there.</param>
/// <param name="Offset">Byte offset in the named object, where there is one.</param>
public sealed record RefusalReason(Refusal Code, string What, string Expected, string Found, int? Offset = null)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Code} ({(int)Code}): {What}: expected {Expected}, found {Found}{(Offset is { } at ? $" at offset 0x{at:x}" : string.Empty)}");
}
