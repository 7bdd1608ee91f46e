using Ait.Chain.Signing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Hosting;

/// <summary>What a coordinator is made from once its surroundings are checked. The application owns and disposes them.</summary>
internal sealed record CoordinatorParts(
    CoordinatorOptions Options, Deployment Deployment, ModelTable Models, Secp256k1PrivateKey Key, LedgerDatabase Ledger, IMiningChain Chain, TimeProvider Clock);
