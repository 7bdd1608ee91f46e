namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>
/// A field of a binary format. Where <see cref="Covers"/> is given, the field is a little-endian number: how many bytes the next
/// so many segments have, or how many segments these are.
/// </summary>
internal sealed record Segment(byte[] Content, int Covers = 0, bool Counts = false);
