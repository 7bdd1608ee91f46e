namespace Ait.Emulation.Hosts;

/// <summary>An emulated machine as stored. The chip id is AMD's hardware id, or Intel's PPID; <paramref name="Amd"/> is null on Intel's.</summary>
public sealed record EmulatedHost(string Name, EmulatedTee Tee, byte[] ChipId, AmdMachine? Amd, IReadOnlyList<EmulatedGpu> Gpus);
