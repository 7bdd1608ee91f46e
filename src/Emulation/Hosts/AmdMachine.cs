using Ait.Emulation.Amd;

namespace Ait.Emulation.Hosts;

/// <summary>What an emulated host with an AMD chip has beside its chip id.</summary>
public sealed record AmdMachine(EmulatedProduct Product, EmulatedTcb Tcb, byte[] Vcek);
