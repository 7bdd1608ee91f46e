using Ait.Chain.Signing;
using Ait.Protocol;

namespace Ait.Miner.Proving;

/// <summary>A proof of life with its signature.</summary>
internal sealed record SignedLife(ProofOfLife Proof, Signature Signature);
