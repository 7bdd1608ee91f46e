using Ait.Chain;

namespace Ait.Miner.Running;

/// <summary>Where a network says its contracts are; a claim until <see cref="NetworkFinder"/> has asked the chain.</summary>
internal sealed record NetworkAddresses(ulong ChainId, Address MiningRegistry, Address DeviceRegistry, Address CertificateCache, string Profile);
