using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Voting;

/// <summary>AIT votes: deposits, proposals, ballots, and what the timelock does with what passed.</summary>
internal sealed class Governance
{
    private static readonly ContractAbi s_votes = ContractArtifact.Load("VotingToken").Abi;
    private readonly ChainAccess _chain;
    private readonly Deployment _deployment;
    private readonly AitGovernorContract _governor;
    private readonly CallNames _names;

    internal Governance(ChainAccess chain, Deployment deployment)
    {
        if (deployment.AitGovernor == Address.Zero || deployment.VotingToken == Address.Zero)
        {
            throw new RefusedException("this deployment records no AitGovernor: it was made by a version without votes. Deploy anew, or vote where its governor is.");
        }

        deployment.RequireChain(chain);
        _chain = chain;
        _deployment = deployment;
        _governor = new AitGovernorContract(deployment.AitGovernor, chain.Client);
        _names = new CallNames(Targets.Select(target => (target, AddressOf(target))));
    }

    /// <summary>What may be named as a proposal's target.</summary>
    internal static ImmutableArray<string> Targets { get; } =
        ["MiningRegistry", "DeviceRegistry", "ChallengeRegistry", "AttendanceRegistry", "CoordinatorBond", "OperatorBond", "CertificateCache", "SnpVerifier", "NvidiaVerifier", "DcapVerifier", "AitGovernor", "TimelockController"];

    /// <summary>Deposits AIT for as many votes; they count once delegated.</summary>
    internal async Task<TransactionReceipt> WrapAsync(Secp256k1PrivateKey key, BigInteger amount, CancellationToken cancellation)
    {
        BigInteger held = (await ReadAsync(_deployment.Token, NetworkAccess.Token, "balanceOf", cancellation, key.Address).ConfigureAwait(false)).AsBigInteger();
        if (held < amount)
        {
            throw new RefusedException($"{key.Address} has {Amounts.Text(held)} AIT, asked were {Amounts.Text(amount)}. Deposit less.");
        }

        await SendAsync(key, _deployment.Token, NetworkAccess.Token.Function("approve").EncodeCall(_deployment.VotingToken, amount), cancellation).ConfigureAwait(false);
        return await SendAsync(key, _deployment.VotingToken, s_votes.Function("depositFor").EncodeCall(key.Address, amount), cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes deposited AIT back; ballots cast stay cast.</summary>
    internal Task<TransactionReceipt> UnwrapAsync(Secp256k1PrivateKey key, BigInteger amount, CancellationToken cancellation) =>
        SendAsync(key, _deployment.VotingToken, s_votes.Function("withdrawTo").EncodeCall(key.Address, amount), cancellation);

    /// <summary>Lets an account, or oneself, cast the votes of one's deposit.</summary>
    internal Task<TransactionReceipt> DelegateAsync(Secp256k1PrivateKey key, Address delegatee, CancellationToken cancellation) =>
        SendAsync(key, _deployment.VotingToken, s_votes.Function("delegate").EncodeCall(delegatee), cancellation);

    /// <summary>Votes that an account can cast now, and its deposit.</summary>
    internal async Task<(BigInteger Votes, BigInteger Deposit)> VotesAsync(Address account, CancellationToken cancellation) => (
        (await ReadAsync(_deployment.VotingToken, s_votes, "getVotes", cancellation, account).ConfigureAwait(false)).AsBigInteger(),
        (await ReadAsync(_deployment.VotingToken, s_votes, "balanceOf", cancellation, account).ConfigureAwait(false)).AsBigInteger());

    /// <summary>The call that a contract, a function and its arguments as text make; refused unless it would succeed from the timelock now.</summary>
    internal async Task<ProposedCall> CallAsync(string target, string function, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        AbiFunction[] named = [.. ContractArtifact.Load(target).Abi.Functions
            .Where(candidate => candidate.StateMutability == "nonpayable" && (candidate.Name == function || candidate.Signature == function))];
        if (named is not [AbiFunction called])
        {
            IEnumerable<string> all = ContractArtifact.Load(target).Abi.Functions.Where(candidate => candidate.StateMutability == "nonpayable").Select(candidate => candidate.Signature);
            throw new SurroundingsException($"{target} has {(named.Length == 0 ? "no" : "several")} '{function}'. It has: {string.Join(", ", all)}.");
        }

        if (called.Inputs.Length != arguments.Count)
        {
            throw new SurroundingsException(
                $"{called.Signature} takes {called.Inputs.Length} arguments ({string.Join(", ", called.Inputs.Select(input => input.Name))}), found {arguments.Count}.");
        }

        AbiValue[] values = [.. called.Inputs.Zip(arguments, AbiText.Parse)];
        Address address = AddressOf(target);
        byte[] data = called.EncodeCall(values);
        CallResult tried = await _chain.CallAsync(new CallRequest { From = _deployment.Governor, To = address, Data = data }, BlockTag.Latest, cancellation).ConfigureAwait(false);
        return tried is CallResult.Reverted reverted
            ? throw new RefusedException($"{target} would refuse {called.Name} even from the timelock: {ChainAccess.Explain(reverted)}. Propose what its bounds allow.")
            : new ProposedCall(address, BigInteger.Zero, data);
    }

    /// <summary>Makes a proposal and says its id.</summary>
    internal async Task<(BigInteger Id, TransactionReceipt Receipt)> ProposeAsync(Secp256k1PrivateKey key, ProposedCall call, string description, CancellationToken cancellation)
    {
        TransactionReceipt receipt = await SendAsync(key, _governor.Propose(call, description), cancellation).ConfigureAwait(false);
        Hash256 said = Keccak256.Hash(Encoding.UTF8.GetBytes(description));
        return (await _governor.GetIdAsync(call, said, BlockTag.Latest, cancellation).ConfigureAwait(false), receipt);
    }

    internal Task<TransactionReceipt> CastAsync(Secp256k1PrivateKey key, BigInteger id, VoteSupport support, CancellationToken cancellation) =>
        SendAsync(key, _governor.CastVote(id, support), cancellation);

    /// <summary>Puts what passed into the timelock.</summary>
    internal Task<TransactionReceipt> QueueAsync(Secp256k1PrivateKey key, Proposal proposal, CancellationToken cancellation) => SendAsync(key, _governor.Queue(proposal.Creation), cancellation);

    /// <summary>Has the timelock do what waited long enough.</summary>
    internal Task<TransactionReceipt> ExecuteAsync(Secp256k1PrivateKey key, Proposal proposal, CancellationToken cancellation) => SendAsync(key, _governor.Execute(proposal.Creation), cancellation);

    /// <summary>Every proposal, oldest first.</summary>
    internal async Task<IReadOnlyList<Proposal>> ListAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Log> logs = await _chain.LogsAsync([_deployment.AitGovernor], cancellation, _deployment.BlockNumber, _governor.CreationTopic).ConfigureAwait(false);
        var proposals = new List<Proposal>();
        foreach (Log log in logs)
        {
            if (_governor.TryReadCreation(log, out ProposalCreation? creation))
            {
                proposals.Add(await _governor.GetProposalAsync(creation, BlockTag.Latest, cancellation).ConfigureAwait(false));
            }
        }

        return proposals;
    }

    internal async Task<Proposal> FindAsync(BigInteger id, CancellationToken cancellation) =>
        (await ListAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(proposal => proposal.Creation.Id == id)
        ?? throw new RefusedException($"no proposal has the id {id}. `ait vote show` lists them.");

    /// <summary>A call as people write it.</summary>
    internal string Describe(ProposedCall call) => _names.Describe(call.Target, call.Data.Span);

    private Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, TransactionRequest request, CancellationToken cancellation) =>
        SendAsync(key, _deployment.AitGovernor, request.Data.ToArray(), cancellation);

    private Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, Address to, byte[] call, CancellationToken cancellation) => _chain.SendAsync(key, to, call, cancellation);

    private async Task<AbiValue> ReadAsync(Address contract, ContractAbi abi, string function, CancellationToken cancellation, params AbiValue[] arguments) =>
        (await _chain.ReadAsync(contract, abi.Function(function), cancellation, arguments).ConfigureAwait(false))[0];

    private Address AddressOf(string target) => target switch
    {
        "MiningRegistry" => _deployment.MiningRegistry,
        "DeviceRegistry" => _deployment.DeviceRegistry,
        "ChallengeRegistry" => _deployment.ChallengeRegistry,
        "AttendanceRegistry" => _deployment.AttendanceRegistry,
        "CoordinatorBond" => _deployment.CoordinatorBond,
        "OperatorBond" => _deployment.OperatorBond,
        "CertificateCache" => _deployment.CertificateCache,
        "SnpVerifier" => _deployment.SnpVerifier,
        "NvidiaVerifier" => _deployment.NvidiaVerifier,
        "DcapVerifier" => _deployment.DcapVerifier,
        "AitGovernor" => _deployment.AitGovernor,
        "TimelockController" => _deployment.Governor,
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "not a target"),
    };
}
