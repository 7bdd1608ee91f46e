namespace Ait.Cli.Launching;

/// <summary>The development root: what a development deployment pins in place of the vendor's.</summary>
internal sealed record EmulatedRoot(ReadOnlyMemory<byte> KeyFingerprint, ReadOnlyMemory<byte> Modulus, ReadOnlyMemory<byte> Ark, ReadOnlyMemory<byte> Ask);
