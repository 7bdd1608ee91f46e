using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Launching;

namespace Ait.Adversaries;

/// <summary>A registered GPU of the world: an emulated host of its own, an owner of its own, and the enclave key of its guest in our hands.</summary>
internal sealed record RosterDevice(int Slot, EmulatedMachine Machine, Secp256k1PrivateKey Operator, Secp256k1PrivateKey Enclave)
{
    /// <summary>Its identity: that of its host's GPU, unless the host swears to another's.</summary>
    internal Hash256 GpuId { get; init; } = Machine.GpuId(0);

    internal Address Owner => Operator.Address;
}
