using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/network</c>: which network this coordinator serves. A client checks it against the chain.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="MiningRegistry">Address of the MiningRegistry.</param>
/// <param name="DeviceRegistry">Address of the DeviceRegistry.</param>
/// <param name="Token">Address of the AIToken.</param>
/// <param name="CertificateCache">Address of the CertificateCache.</param>
/// <param name="Coordinator">The coordinator's account.</param>
/// <param name="DeterminismClass">The class its tasks are drawn in.</param>
/// <param name="Profile"><c>production</c>, or <c>development</c> where hardware is emulated.</param>
/// <param name="NowMillis">The coordinator's clock, unix milliseconds.</param>
public sealed record NetworkResponse(
    ulong ChainId,
    Address MiningRegistry,
    Address DeviceRegistry,
    Address Token,
    Address CertificateCache,
    Address Coordinator,
    DeterminismClass DeterminismClass,
    string Profile,
    ulong NowMillis);
