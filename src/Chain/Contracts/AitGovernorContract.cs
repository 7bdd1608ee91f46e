using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The governor: proposals, ballots, and what the timelock does with what passed.</summary>
public sealed class AitGovernorContract : Contract
{
    private static readonly ContractAbi s_votes = ContractArtifact.Load("VotingToken").Abi;
    private static readonly ContractAbi s_timelock = ContractArtifact.Load("TimelockController").Abi;

    /// <summary>A governor at an address.</summary>
    public AitGovernorContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("AitGovernor").Abi, ContractArtifact.KnownAbis)
    {
    }

    /// <summary>The first topic of the log that makes a proposal.</summary>
    public Hash256 CreationTopic => Abi.Event(AitGovernorSignatures.ProposalCreatedEvent).Topic;

    /// <summary>By which rules AIT decides.</summary>
    public async Task<GovernorSettings> GetSettingsAsync(BlockTag block, CancellationToken cancellation)
    {
        Address votes = (await AskAsync(AitGovernorSignatures.Token, block, cancellation).ConfigureAwait(false)).AsAddress();
        Address timelock = (await AskAsync(AitGovernorSignatures.Timelock, block, cancellation).ConfigureAwait(false)).AsAddress();
        Address token = (await new Contract(votes, Client, s_votes).ViewAsync("underlying", [], block, cancellation).ConfigureAwait(false))[0].AsAddress();
        BigInteger supply = await new AITokenContract(token, Client).GetTotalSupplyAsync(block, cancellation).ConfigureAwait(false);
        BigInteger percent = (await AskAsync(AitGovernorSignatures.QuorumPercent, block, cancellation).ConfigureAwait(false)).AsBigInteger();
        BigInteger floor = (await AskAsync(AitGovernorSignatures.QuorumFloor, block, cancellation).ConfigureAwait(false)).AsBigInteger();
        return new GovernorSettings(
            timelock,
            votes,
            (await AskAsync(AitGovernorSignatures.VotingDelay, block, cancellation).ConfigureAwait(false)).AsUInt64(),
            (await AskAsync(AitGovernorSignatures.VotingPeriod, block, cancellation).ConfigureAwait(false)).AsUInt64(),
            (await AskAsync(AitGovernorSignatures.ProposalThreshold, block, cancellation).ConfigureAwait(false)).AsBigInteger(),
            BigInteger.Max(floor, supply * percent / 100), // As quorum(uint256) does with the supply at a proposal.
            (await new Contract(timelock, Client, s_timelock).ViewAsync("getMinDelay", [], block, cancellation).ConfigureAwait(false))[0].AsUInt64());
    }

    /// <summary>Reads the log that made a proposal; false if it is any other.</summary>
    public bool TryReadCreation(Log log, [NotNullWhen(true)] out ProposalCreation? creation)
    {
        ArgumentNullException.ThrowIfNull(log);
        creation = null;
        return log.Address == Address && log.Topics.Length == 1 && log.Topics[0] == CreationTopic && ProposalCreation.TryRead(log.Data.AsSpan(), out creation);
    }

    /// <summary>Where a proposal stands.</summary>
    public async Task<Proposal> GetProposalAsync(ProposalCreation creation, BlockTag block, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(creation);
        Task<ImmutableArray<AbiValue>> votes = ViewAsync(AitGovernorSignatures.ProposalVotes, [creation.Id], block, cancellation);
        Task<AbiValue> state = AskAsync(AitGovernorSignatures.State, block, cancellation, creation.Id);
        Task<AbiValue> quorum = AskAsync(AitGovernorSignatures.Quorum, block, cancellation, creation.VoteStart);
        Task<AbiValue> eta = AskAsync(AitGovernorSignatures.ProposalEta, block, cancellation, creation.Id);
        await Task.WhenAll(votes, state, quorum, eta).ConfigureAwait(false);
        return new Proposal(
            creation,
            (ProposalState)(await state.ConfigureAwait(false)).AsByte(),
            (await votes.ConfigureAwait(false))[1].AsBigInteger(),
            (await votes.ConfigureAwait(false))[0].AsBigInteger(),
            (await votes.ConfigureAwait(false))[2].AsBigInteger(),
            (await quorum.ConfigureAwait(false)).AsBigInteger(),
            (await eta.ConfigureAwait(false)).AsUInt64());
    }

    /// <summary>The id that a proposal of one call has or would have.</summary>
    public async Task<BigInteger> GetIdAsync(ProposedCall call, Hash256 descriptionHash, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AitGovernorSignatures.HashProposal, [.. Calls([call]), descriptionHash], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>Makes a proposal of one call.</summary>
    public TransactionRequest Propose(ProposedCall call, string description) => Transaction(AitGovernorSignatures.Propose, [.. Calls([call]), description]);

    /// <summary>Casts the sender's votes.</summary>
    public TransactionRequest CastVote(BigInteger id, VoteSupport support) => Transaction(AitGovernorSignatures.CastVote, id, (uint)support);

    /// <summary>Puts what passed into the timelock.</summary>
    public TransactionRequest Queue(ProposalCreation proposal) => Carry(AitGovernorSignatures.Queue, proposal);

    /// <summary>Has the timelock do what waited long enough.</summary>
    public TransactionRequest Execute(ProposalCreation proposal) => Carry(AitGovernorSignatures.Execute, proposal);

    private TransactionRequest Carry(string function, ProposalCreation proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return Transaction(function, [.. Calls(proposal.Calls), proposal.DescriptionHash]);
    }

    /// <summary>Targets, values and calldata, as the governor takes them.</summary>
    private static AbiValue[] Calls(IReadOnlyList<ProposedCall> calls) =>
    [
        AbiValue.List(calls.Select(static call => (AbiValue)call.Target)),
        AbiValue.List(calls.Select(static call => (AbiValue)call.Value)),
        AbiValue.List(calls.Select(static call => (AbiValue)call.Data)),
    ];

    private async Task<AbiValue> AskAsync(string function, BlockTag block, CancellationToken cancellation, params AbiValue[] arguments) =>
        (await ViewAsync(function, [.. arguments], block, cancellation).ConfigureAwait(false))[0];
}
