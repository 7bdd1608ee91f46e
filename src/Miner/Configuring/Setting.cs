namespace Ait.Miner.Configuring;

/// <summary>One value as it was written, and where.</summary>
internal sealed record Setting(string Text, string Source);
