using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Events;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>Governance as the chain has it. Proposals are followed by their logs and remembered; where one stands is asked for once a block, and no more once it has ended for good.</summary>
internal sealed class GovernanceReader : IDisposable
{
    internal const int MaxText = 4_000;

    /// <summary>Blocks after which no reorganisation brings an ended proposal back.</summary>
    private const ulong Final = 64;

    private readonly IMiningChain _chain;
    private readonly HeadWatch _heads;
    private readonly Deployment _deployment;
    private readonly CallNames _names;
    private readonly SemaphoreSlim _reading = new(1);
    private readonly List<ProposalCreation> _created = [];
    private readonly Dictionary<BigInteger, Standing> _standings = [];
    private LogCursor? _cursor;
    private (ulong Block, GovernorSettings? Settings)? _rules;

    public GovernanceReader(IMiningChain chain, HeadWatch heads, Deployment deployment)
    {
        _chain = chain;
        _heads = heads;
        _deployment = deployment;
        _names = deployment.Names;
    }

    /// <summary>The rules and a page of proposals, newest first; null if the deployment has no governor.</summary>
    internal async Task<GovernanceResponse?> ReadAsync(int offset, int limit, CancellationToken cancellation)
    {
        ChainHead head = await _heads.ReadAsync(cancellation);
        await _reading.WaitAsync(cancellation);
        try
        {
            if (_rules?.Block != head.Number)
            {
                await FollowAsync(cancellation);
                _rules = (head.Number, await _chain.ReadGovernorAsync(cancellation));
            }

            if (_rules?.Settings is not { } rules)
            {
                return null;
            }

            var page = new List<ProposalResponse>();
            foreach (ProposalCreation creation in Enumerable.Reverse(_created).Skip(offset).Take(limit))
            {
                page.Add(ToResponse(await StandingAsync(creation, head.Number, cancellation)));
            }

            return new GovernanceResponse(
                _deployment.AitGovernor,
                rules.Timelock,
                rules.VotingToken,
                rules.VotingDelay,
                rules.VotingPeriod,
                Wei.Text(rules.ProposalThreshold),
                Wei.Text(rules.Quorum),
                rules.TimelockDelay,
                head.Number,
                _created.Count,
                page);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    /// <summary>What was read stays read if this is cancelled: the next one goes on there.</summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        for (bool isCaughtUp = false; !isCaughtUp;)
        {
            ProposalPage page;
            try
            {
                page = await _chain.ReadProposalsAsync(_cursor, cancellation);
            }
            catch (DeepReorganisationException)
            {
                page = new ProposalPage([], [], null, IsCaughtUp: false); // From the beginning.
                _created.Clear();
                _standings.Clear();
            }

            foreach (ProposalCreation gone in page.TakenBack)
            {
                _created.RemoveAll(creation => creation.Id == gone.Id);
                _standings.Remove(gone.Id);
            }

            _created.AddRange(page.Created);
            (_cursor, isCaughtUp) = (page.Cursor, page.IsCaughtUp);
        }
    }

    private async Task<Proposal> StandingAsync(ProposalCreation creation, ulong block, CancellationToken cancellation)
    {
        if (_standings.TryGetValue(creation.Id, out Standing? known) && (known.Block == block || known.EndedAt + Final < block))
        {
            return known.Proposal;
        }

        Proposal proposal = await _chain.ReadProposalAsync(creation, cancellation);
        ulong? endedAt = proposal.State is ProposalState.Canceled or ProposalState.Defeated or ProposalState.Expired or ProposalState.Executed
            ? known?.Proposal.State == proposal.State ? known.EndedAt : block
            : null;
        _standings[creation.Id] = new Standing(proposal, block, endedAt);
        return proposal;
    }

    private ProposalResponse ToResponse(Proposal proposal) => new(
        proposal.Creation.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        proposal.Creation.Proposer,
        proposal.State,
        Clipped(proposal.Creation.Description),
        proposal.Creation.DescriptionHash,
        proposal.Creation.VoteStart,
        proposal.Creation.VoteEnd,
        Wei.Text(proposal.For),
        Wei.Text(proposal.Against),
        Wei.Text(proposal.Abstained),
        Wei.Text(proposal.Quorum),
        proposal.ExecutableAt == 0 ? null : proposal.ExecutableAt,
        [.. proposal.Creation.Calls.Select(call => new ProposedCallResponse(
            call.Target, Wei.Text(call.Value), Hex.Encode(call.Data.Span), Clipped(_names.Describe(call.Target, call.Data.Span))))]);

    private static string Clipped(string text) =>
        text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[MaxText - 2]) ? MaxText - 2 : MaxText - 1), "…");

    private sealed record Standing(Proposal Proposal, ulong Block, ulong? EndedAt);
}
