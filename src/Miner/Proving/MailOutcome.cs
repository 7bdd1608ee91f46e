namespace Ait.Miner.Proving;

/// <summary>What waiting for a message came to.</summary>
/// <param name="Content">The message; null if none came.</param>
/// <param name="WasReached">Whether whoever carries messages was there at the end: only then does silence say something of the sender.</param>
internal sealed record MailOutcome(byte[]? Content, bool WasReached);
