using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>The development root of GPUs' identities, and what the emulated vendor's drivers and VBIOSes measure.</summary>
internal sealed record EmulatedGpuVendor(ReadOnlyMemory<byte> KeyFingerprint, GpuReferenceSet References);
