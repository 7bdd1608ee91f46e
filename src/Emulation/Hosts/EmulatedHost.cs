using Ait.Emulation.Amd;

namespace Ait.Emulation.Hosts;

/// <summary>An emulated machine as stored: a chip with its certificate, and GPUs.</summary>
public sealed record EmulatedHost(
    string Name, EmulatedProduct Product, byte[] ChipId, EmulatedTcb Tcb, byte[] Vcek, IReadOnlyList<EmulatedGpu> Gpus);
