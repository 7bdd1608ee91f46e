namespace Ait.Emulation.Hosts;

/// <summary>SPDM request and response of one GPU, signed, and its five certificates, leaf first.</summary>
internal sealed record GpuAnswer(EmulatedGpu Gpu, byte[] Evidence, byte[][] Certificates);
