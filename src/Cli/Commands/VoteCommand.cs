using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Voting;

namespace Ait.Cli.Commands;

/// <summary>Governing by AIT: deposit, delegate, propose, vote, queue, execute.</summary>
internal static class VoteCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor) => new("vote", "Govern with AIT: deposit it for votes, propose a change, vote, and have the timelock carry it out.")
    {
        Wrap(screenFor), Unwrap(screenFor), Delegate(screenFor), Propose(screenFor), Cast(screenFor), Queue(screenFor), Execute(screenFor), Show(screenFor),
    };

    private static Command Wrap(Func<ParseResult, Screen> screenFor)
    {
        Argument<string> amount = Amount("AIT to deposit.");
        return new Setup("wrap", "Deposit AIT for as many votes. Delegate them, to yourself or another, before they count.", amount).Signs(screenFor, async (screen, governance, key, parsed, cancellation) =>
        {
            TransactionReceipt receipt = await governance.WrapAsync(key, Amounts.Parse(parsed.GetRequiredValue(amount)), cancellation).ConfigureAwait(false);
            return await TellVotesAsync(screen, governance, key.Address, receipt, cancellation).ConfigureAwait(false);
        });
    }

    private static Command Unwrap(Func<ParseResult, Screen> screenFor)
    {
        Argument<string> amount = Amount("AIT to take back.");
        return new Setup("unwrap", "Take deposited AIT back. Votes already cast stay cast.", amount).Signs(screenFor, async (screen, governance, key, parsed, cancellation) =>
        {
            TransactionReceipt receipt = await governance.UnwrapAsync(key, Amounts.Parse(parsed.GetRequiredValue(amount)), cancellation).ConfigureAwait(false);
            return await TellVotesAsync(screen, governance, key.Address, receipt, cancellation).ConfigureAwait(false);
        });
    }

    private static Command Delegate(Func<ParseResult, Screen> screenFor)
    {
        var to = new Argument<string?>("ADDRESS") { Description = "Who casts the votes of your deposit (default: you).", Arity = ArgumentArity.ZeroOrOne };
        return new Setup("delegate", "Let yourself or another account cast the votes of your deposit.", to).Signs(screenFor, async (screen, governance, key, parsed, cancellation) =>
        {
            string text = parsed.GetValue(to) ?? key.Address.ToString();
            Address delegatee = Address.TryParse(text, out Address found) ? found : throw new SurroundingsException($"ADDRESS wants 20 bytes of hex, found: '{text}'.");
            TransactionReceipt receipt = await governance.DelegateAsync(key, delegatee, cancellation).ConfigureAwait(false);
            return await TellVotesAsync(screen, governance, delegatee, receipt, cancellation).ConfigureAwait(false);
        });
    }

    private static Command Propose(Func<ParseResult, Screen> screenFor)
    {
        var target = new Argument<string>("CONTRACT") { HelpName = "CONTRACT", Description = $"Whose setting: {string.Join(", ", Governance.Targets)}." };
        target.AcceptOnlyFromAmong([.. Governance.Targets]);
        var function = new Argument<string>("FUNCTION") { Description = "The setter, such as setRates." };
        var arguments = new Argument<string[]>("VALUES") { Description = "Its arguments: numbers in decimal, bytes and addresses in hex, lists and tuples as JSON arrays.", Arity = ArgumentArity.ZeroOrMore };
        var description = new Option<string>("--description") { Description = "Why, for those who vote.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var setup = new Setup("propose", "Propose that the timelock calls a setter. Refused at once where the contract's bounds would refuse it.", target, function, arguments);
        setup.Add(description);
        return setup.Signs(screenFor, async (screen, governance, key, parsed, cancellation) =>
        {
            ProposedCall call = await governance.CallAsync(
                parsed.GetRequiredValue(target), parsed.GetRequiredValue(function), parsed.GetValue(arguments) ?? [], cancellation).ConfigureAwait(false);
            (BigInteger id, TransactionReceipt _) = await governance.ProposeAsync(key, call, parsed.GetRequiredValue(description), cancellation).ConfigureAwait(false);
            return Tell(screen, governance, await governance.FindAsync(id, cancellation).ConfigureAwait(false));
        });
    }

    private static Command Cast(Func<ParseResult, Screen> screenFor)
    {
        Argument<string> id = Id();
        var support = new Argument<string>("VOTE") { Description = "for, against or abstain." };
        support.AcceptOnlyFromAmong("for", "against", "abstain");
        return new Setup("cast", "Vote on a proposal.", id, support).Signs(screenFor, async (screen, governance, key, parsed, cancellation) =>
        {
            BigInteger proposal = ParseId(parsed.GetRequiredValue(id));
            await governance.CastAsync(key, proposal, Enum.Parse<VoteSupport>(parsed.GetRequiredValue(support), ignoreCase: true), cancellation).ConfigureAwait(false);
            return Tell(screen, governance, await governance.FindAsync(proposal, cancellation).ConfigureAwait(false));
        });
    }

    private static Command Queue(Func<ParseResult, Screen> screenFor) => Carry(
        "queue", "Put a proposal that passed into the timelock.", screenFor, (governance, key, proposal, cancellation) => governance.QueueAsync(key, proposal, cancellation));

    private static Command Execute(Func<ParseResult, Screen> screenFor) => Carry(
        "execute", "Have the timelock do what has waited long enough.", screenFor, (governance, key, proposal, cancellation) => governance.ExecuteAsync(key, proposal, cancellation));

    private static Command Carry(
        string name, string description, Func<ParseResult, Screen> screenFor, Func<Governance, Secp256k1PrivateKey, Proposal, CancellationToken, Task<TransactionReceipt>> act)
    {
        Argument<string> id = Id();
        return new Setup(name, description, id).Signs(screenFor, async (screen, governance, key, parsed, cancellation) =>
        {
            BigInteger proposal = ParseId(parsed.GetRequiredValue(id));
            await act(governance, key, await governance.FindAsync(proposal, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            return Tell(screen, governance, await governance.FindAsync(proposal, cancellation).ConfigureAwait(false));
        });
    }

    private static Command Show(Func<ParseResult, Screen> screenFor)
    {
        var id = new Argument<string?>("ID") { Description = "One proposal (default: all).", Arity = ArgumentArity.ZeroOrOne };
        return new Setup("show", "Show proposals, where their votes stand and what is next.", id).Reads(screenFor, async (screen, governance, parsed, cancellation) =>
        {
            IReadOnlyList<Proposal> proposals = parsed.GetValue(id) is { } one
                ? [await governance.FindAsync(ParseId(one), cancellation).ConfigureAwait(false)]
                : await governance.ListAsync(cancellation).ConfigureAwait(false);
            foreach (Proposal proposal in proposals)
            {
                Tell(screen, governance, proposal);
            }

            if (proposals.Count == 0)
            {
                screen.Say("no proposal was made yet; make one with `ait vote propose`");
            }

            return ExitCode.Done;
        });
    }

    private static Argument<string> Amount(string description) => new("AMOUNT") { Description = description };

    private static Argument<string> Id() => new("ID") { Description = "The proposal's id." };

    private static BigInteger ParseId(string text) => BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger id)
        ? id
        : throw new SurroundingsException($"ID wants a proposal's decimal id, found: '{text}'. `ait vote show` lists them.");

    private static async Task<int> TellVotesAsync(Screen screen, Governance governance, Address account, TransactionReceipt receipt, CancellationToken cancellation)
    {
        (BigInteger votes, BigInteger deposit) = await governance.VotesAsync(account, cancellation).ConfigureAwait(false);
        screen.Say($"{account} casts {Amounts.Text(votes)} votes and has {Amounts.Text(deposit)} AIT deposited ({receipt.TransactionHash})");
        screen.Answer(new JsonObject
        {
            ["account"] = account.ToString(), ["votesWei"] = Text(votes), ["depositWei"] = Text(deposit), ["transaction"] = receipt.TransactionHash.ToString(),
        });
        return ExitCode.Done;
    }

    private static int Tell(Screen screen, Governance governance, Proposal proposal)
    {
        ProposalCreation made = proposal.Creation;
        screen.Say($"proposal {made.Id}: {proposal.State}{(made.Description.Length == 0 ? "" : $" — {made.Description}")}");
        foreach (ProposedCall call in made.Calls)
        {
            screen.Say($"  {governance.Describe(call)}");
        }

        screen.Say($"  for {Amounts.Text(proposal.For)}, against {Amounts.Text(proposal.Against)}, abstained {Amounts.Text(proposal.Abstained)}; quorum {Amounts.Text(proposal.Quorum)}");
        screen.Say($"  {Next(proposal)}");
        screen.Answer(new JsonObject
        {
            ["id"] = Text(made.Id),
            ["state"] = proposal.State.ToString(),
            ["proposer"] = made.Proposer.ToString(),
            ["description"] = made.Description,
            ["calls"] = new JsonArray([.. made.Calls.Select(call => (JsonNode)governance.Describe(call))]),
            ["voteStart"] = made.VoteStart,
            ["voteEnd"] = made.VoteEnd,
            ["forWei"] = Text(proposal.For),
            ["againstWei"] = Text(proposal.Against),
            ["abstainedWei"] = Text(proposal.Abstained),
            ["quorumWei"] = Text(proposal.Quorum),
            ["executableAt"] = proposal.ExecutableAt,
        });
        return ExitCode.Done;
    }

    private static string Next(Proposal proposal) => proposal.State switch
    {
        ProposalState.Pending => $"the vote opens after block {proposal.Creation.VoteStart}",
        ProposalState.Active => $"vote with `ait vote cast`, up to and including block {proposal.Creation.VoteEnd}",
        ProposalState.Succeeded => "anyone may queue it: `ait vote queue`",
        ProposalState.Queued => $"anyone may execute it from unix time {proposal.ExecutableAt}: `ait vote execute`",
        ProposalState.Defeated => "it failed: too few votes, or more against than for",
        _ => "nothing more happens to it",
    };

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Setup
    {
        private readonly Command _command;
        private readonly ChainOptions _chain = new();
        private readonly Option<string?> _key = new("--key") { Description = "File with the account's key (default: the state folder's operator-1).", HelpName = "FILE" };

        internal Setup(string name, string description, params Argument[] arguments)
        {
            _command = new Command(name, description);
            _chain.AddTo(_command);
            foreach (Argument argument in arguments)
            {
                _command.Add(argument);
            }
        }

        internal void Add(Option option) => _command.Add(option);

        internal Command Signs(Func<ParseResult, Screen> screenFor, Func<Screen, Governance, Secp256k1PrivateKey, ParseResult, CancellationToken, Task<int>> act)
        {
            _command.Add(_key);
            return Reads(screenFor, async (screen, governance, parsed, cancellation) =>
            {
                using Secp256k1PrivateKey key = KeyFile.Open(parsed.GetValue(_key) ?? _chain.State(parsed).Key("operator-1"));
                return await act(screen, governance, key, parsed, cancellation).ConfigureAwait(false);
            });
        }

        internal Command Reads(Func<ParseResult, Screen> screenFor, Func<Screen, Governance, ParseResult, CancellationToken, Task<int>> act)
        {
            _command.SetAction(async (parsed, cancellation) =>
            {
                (ChainAccess chain, Deployment deployment) = await _chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
                using (chain)
                {
                    return await act(screenFor(parsed), new Governance(chain, deployment), parsed, cancellation).ConfigureAwait(false);
                }
            });
            return _command;
        }
    }
}
