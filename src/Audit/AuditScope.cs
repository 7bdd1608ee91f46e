using Ait.Chain;

namespace Ait.Audit;

/// <summary>Which contracts are audited. Everything else about a network is read from the chain.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="DeploymentBlock">The block of the first contract: no event is older.</param>
/// <param name="MiningRegistry">Where AIT is minted.</param>
/// <param name="DeviceRegistry">Whose devices mine.</param>
/// <param name="Token">The AIToken.</param>
/// <param name="CertificateCache">Certificates of AMD and NVIDIA.</param>
/// <param name="DcapVerifier">The verifier of Intel's quotes.</param>
/// <param name="NvidiaVerifier">The verifier of GPUs' reports.</param>
public sealed record AuditScope(
    ulong ChainId,
    ulong DeploymentBlock,
    Address MiningRegistry,
    Address DeviceRegistry,
    Address Token,
    Address CertificateCache,
    Address DcapVerifier,
    Address NvidiaVerifier);
