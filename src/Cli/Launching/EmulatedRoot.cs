namespace Ait.Cli.Launching;

/// <summary>The development roots of processors: what a development deployment pins in place of the vendors'.</summary>
internal sealed record EmulatedRoot(
    ReadOnlyMemory<byte> KeyFingerprint, ReadOnlyMemory<byte> Modulus, ReadOnlyMemory<byte> Ark, ReadOnlyMemory<byte> Ask, ReadOnlyMemory<byte> IntelFingerprint);
