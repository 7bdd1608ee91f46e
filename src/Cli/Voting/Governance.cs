using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Voting;

/// <summary>AIT votes: deposits, proposals, ballots, and what the timelock does with what passed.</summary>
internal sealed class Governance
{
    private static readonly ContractAbi s_governor = ContractArtifact.Load("AitGovernor").Abi;
    private static readonly ContractAbi s_votes = ContractArtifact.Load("VotingToken").Abi;
    private static readonly AbiFunction[] s_known = [.. ContractArtifact.Names.SelectMany(name => ContractArtifact.Load(name).Abi.Functions)];
    private readonly ChainAccess _chain;
    private readonly Deployment _deployment;

    internal Governance(ChainAccess chain, Deployment deployment)
    {
        if (deployment.AitGovernor == Address.Zero || deployment.VotingToken == Address.Zero)
        {
            throw new RefusedException("this deployment records no AitGovernor: it was made by a version without votes. Deploy anew, or vote where its governor is.");
        }

        deployment.RequireChain(chain);
        _chain = chain;
        _deployment = deployment;
    }

    /// <summary>What may be named as a proposal's target.</summary>
    internal static ImmutableArray<string> Targets { get; } =
        ["MiningRegistry", "DeviceRegistry", "CertificateCache", "SnpVerifier", "NvidiaVerifier", "DcapVerifier", "AitGovernor", "TimelockController"];

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
            : new ProposedCall(address, BigInteger.Zero, data, Describe(address, data));
    }

    /// <summary>Makes a proposal and says its id.</summary>
    internal async Task<(BigInteger Id, TransactionReceipt Receipt)> ProposeAsync(Secp256k1PrivateKey key, ProposedCall call, string description, CancellationToken cancellation)
    {
        AbiValue[] arguments =
        [
            AbiValue.List((AbiValue)call.Target), AbiValue.List((AbiValue)call.Value), AbiValue.List((AbiValue)call.Data), description,
        ];
        TransactionReceipt receipt = await SendAsync(key, _deployment.AitGovernor, s_governor.Function("propose").EncodeCall(arguments), cancellation).ConfigureAwait(false);
        ImmutableArray<AbiValue> id = await _chain.ReadAsync(
            _deployment.AitGovernor, s_governor.Function("hashProposal"), cancellation, arguments[0], arguments[1], arguments[2], Keccak256.Hash(Encoding.UTF8.GetBytes(description))).ConfigureAwait(false);
        return (id[0].AsBigInteger(), receipt);
    }

    internal Task<TransactionReceipt> CastAsync(Secp256k1PrivateKey key, BigInteger id, Support support, CancellationToken cancellation) =>
        SendAsync(key, _deployment.AitGovernor, s_governor.Function("castVote").EncodeCall(id, (uint)support), cancellation);

    /// <summary>Puts what passed into the timelock.</summary>
    internal Task<TransactionReceipt> QueueAsync(Secp256k1PrivateKey key, Proposal proposal, CancellationToken cancellation) => CarryAsync(key, proposal, "queue", cancellation);

    /// <summary>Has the timelock do what waited long enough.</summary>
    internal Task<TransactionReceipt> ExecuteAsync(Secp256k1PrivateKey key, Proposal proposal, CancellationToken cancellation) => CarryAsync(key, proposal, "execute", cancellation);

    /// <summary>Every proposal, oldest first.</summary>
    internal async Task<IReadOnlyList<Proposal>> ListAsync(CancellationToken cancellation)
    {
        IReadOnlyList<(Log Log, ContractEvent Event)> created = await _chain
            .EventsAsync([_deployment.AitGovernor], cancellation, _deployment.BlockNumber, s_governor.Event("ProposalCreated").Topic).ConfigureAwait(false);
        var proposals = new List<Proposal>();
        foreach ((Log _, ContractEvent found) in created)
        {
            proposals.Add(await ReadAsync(found, cancellation).ConfigureAwait(false));
        }

        return proposals;
    }

    internal async Task<Proposal> FindAsync(BigInteger id, CancellationToken cancellation) =>
        (await ListAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(proposal => proposal.Id == id)
        ?? throw new RefusedException($"no proposal has the id {id}. `ait vote show` lists them.");

    private async Task<Proposal> ReadAsync(ContractEvent created, CancellationToken cancellation)
    {
        BigInteger id = created["proposalId"].AsBigInteger();
        async Task<AbiValue> AskAsync(string function, AbiValue argument) => await ReadAsync(_deployment.AitGovernor, s_governor, function, cancellation, argument).ConfigureAwait(false);
        ImmutableArray<AbiValue> votes = await _chain.ReadAsync(_deployment.AitGovernor, s_governor.Function("proposalVotes"), cancellation, id).ConfigureAwait(false);
        ImmutableArray<AbiValue> targets = created["targets"].Items;
        return new Proposal(
            id,
            created["proposer"].AsAddress(),
            [.. targets.Select((target, index) => new ProposedCall(
                target.AsAddress(), created["values"][index].AsBigInteger(), created["calldatas"][index].AsBytes(), Describe(target.AsAddress(), created["calldatas"][index].AsBytes().Span)))],
            created["description"].AsString(),
            created["voteStart"].AsUInt64(),
            created["voteEnd"].AsUInt64(),
            (ProposalState)(await AskAsync("state", id).ConfigureAwait(false)).AsByte(),
            votes[1].AsBigInteger(),
            votes[0].AsBigInteger(),
            votes[2].AsBigInteger(),
            (await AskAsync("quorum", created["voteStart"].AsBigInteger()).ConfigureAwait(false)).AsBigInteger(),
            (await AskAsync("proposalEta", id).ConfigureAwait(false)).AsUInt64());
    }

    private Task<TransactionReceipt> CarryAsync(Secp256k1PrivateKey key, Proposal proposal, string function, CancellationToken cancellation) => SendAsync(
        key,
        _deployment.AitGovernor,
        s_governor.Function(function + "(address[],uint256[],bytes[],bytes32)").EncodeCall(
            AbiValue.List(proposal.Calls.Select(call => (AbiValue)call.Target)),
            AbiValue.List(proposal.Calls.Select(call => (AbiValue)call.Value)),
            AbiValue.List(proposal.Calls.Select(call => (AbiValue)call.Data)),
            Keccak256.Hash(Encoding.UTF8.GetBytes(proposal.Description))),
        cancellation);

    private Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, Address to, byte[] call, CancellationToken cancellation) => _chain.SendAsync(key, to, call, cancellation);

    private async Task<AbiValue> ReadAsync(Address contract, ContractAbi abi, string function, CancellationToken cancellation, params AbiValue[] arguments) =>
        (await _chain.ReadAsync(contract, abi.Function(function), cancellation, arguments).ConfigureAwait(false))[0];

    private Address AddressOf(string target) => target switch
    {
        "MiningRegistry" => _deployment.MiningRegistry,
        "DeviceRegistry" => _deployment.DeviceRegistry,
        "CertificateCache" => _deployment.CertificateCache,
        "SnpVerifier" => _deployment.SnpVerifier,
        "NvidiaVerifier" => _deployment.NvidiaVerifier,
        "DcapVerifier" => _deployment.DcapVerifier,
        "AitGovernor" => _deployment.AitGovernor,
        "TimelockController" => _deployment.Governor,
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "not a target"),
    };

    /// <summary>A call as people write it, where its function is one of the product's.</summary>
    private string Describe(Address target, ReadOnlySpan<byte> data)
    {
        string name = Targets.FirstOrDefault(candidate => AddressOf(candidate) == target) ?? target.ToString();
        foreach (AbiFunction function in s_known)
        {
            if (function.TryDecodeCall(data, out ImmutableArray<AbiValue> values, out _))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{name}.{function.Name}({string.Join(", ", values)})");
            }
        }

        return $"{name}: {Hex.Encode(data)}";
    }
}
