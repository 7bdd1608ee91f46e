using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>The development roots of GPUs' identities and of reference manifests, and what the emulated vendor's drivers and VBIOSes measure.</summary>
internal sealed record EmulatedGpuVendor(ReadOnlyMemory<byte> KeyFingerprint, ReadOnlyMemory<byte> ReferenceFingerprint, GpuReferenceSet References);
