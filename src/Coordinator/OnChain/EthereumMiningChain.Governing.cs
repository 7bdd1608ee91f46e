using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Events;
using Ait.Chain.Rpc;

namespace Ait.Coordinator.OnChain;

/// <content>What holders of AIT decide, and where it trades.</content>
internal sealed partial class EthereumMiningChain
{
    private readonly AitGovernorContract? _governor;
    private readonly LogReader? _proposals;

    public Task<GovernorSettings?> ReadGovernorAsync(CancellationToken cancellation) => ReachAsync(async () =>
        _governor is null ? null : await _governor.GetSettingsAsync(BlockTag.Latest, cancellation));

    public Task<ProposalPage> ReadProposalsAsync(LogCursor? cursor, CancellationToken cancellation) => ReachAsync(async () =>
    {
        if (_governor is null || _proposals is null)
        {
            return new ProposalPage([], [], null, IsCaughtUp: true);
        }

        LogPage page = await _proposals.ReadAsync(cursor ?? LogCursor.StartingAt(_deployment.BlockNumber), cancellation);
        return new ProposalPage(Creations(isRemoved: true), Creations(isRemoved: false), page.Cursor, page.IsCaughtUp);

        ImmutableArray<ProposalCreation> Creations(bool isRemoved) =>
            [.. page.Changes.Where(change => change.IsRemoved == isRemoved).Select(change => _governor.TryReadCreation(change.Log, out ProposalCreation? creation) ? creation : null).OfType<ProposalCreation>()];
    });

    public Task<Proposal> ReadProposalAsync(ProposalCreation creation, CancellationToken cancellation) => ReachAsync(() =>
        _governor is null ? throw new InvalidOperationException("Without a governor there is no proposal.") : _governor.GetProposalAsync(creation, BlockTag.Latest, cancellation));

    public Task<PairReserves?> ReadPairAsync(Address pair, CancellationToken cancellation) => ReachAsync(() =>
        new PairContract(pair, _client).GetReservesAsync(_deployment.Token, BlockTag.Latest, cancellation));
}
