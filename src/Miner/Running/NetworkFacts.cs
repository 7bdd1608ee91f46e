using Ait.Chain;
using Ait.Protocol;

namespace Ait.Miner.Running;

/// <summary>The network this process mines on, checked against the chain.</summary>
/// <param name="Domain">Chain and mining registry: what signatures speak to.</param>
/// <param name="DeviceRegistry">Where devices register; the mining registry names the same.</param>
/// <param name="CertificateCache">Where vendor certificates are kept.</param>
/// <param name="Coordinator">The account that signs letters, as the mining registry names it.</param>
/// <param name="Profile">production, or development where emulated hardware is accepted.</param>
internal sealed record NetworkFacts(NetworkDomain Domain, Address DeviceRegistry, Address CertificateCache, Address Coordinator, string Profile);
