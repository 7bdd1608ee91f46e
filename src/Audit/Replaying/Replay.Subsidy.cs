using System.Collections.Immutable;
using System.Numerics;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;

namespace Ait.Audit.Replaying;

/// <content>Events of the subsidy budget and of credit that moves.</content>
internal sealed partial class Replay
{
    /// <summary>What the transaction at hand charged, and what it had to.</summary>
    private BigInteger _charged;
    private BigInteger _chargeable;

    private void TakeSubsidy(BlockHeader block, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        switch (log.Name)
        {
            case "BootstrapChanged":
                if (!_state.Subsidy.Schedule(log["released"].AsBigInteger(), log["decaying"].AsBigInteger(), log["halfLife"].AsBigInteger(), block.Timestamp))
                {
                    find(AuditFault.Subsidy, "a bootstrap", "one that releases no more than the one before it", ExpectedEvent.TextOf(log));
                }

                break;
            case "SubsidyCharged":
                BigInteger amount = log["amount"].AsBigInteger();
                _charged += amount;
                if (!_state.Subsidy.Charge(amount, block.Timestamp) || _state.Subsidy.Charged != log["charged"].AsBigInteger())
                {
                    find(AuditFault.Subsidy, "a charge", "one that the budget has, added to those before", ExpectedEvent.TextOf(log));
                }

                break;
        }
    }

    /// <summary>Three seats of subsidised tasks are charged at their commitment, and two with every escalation of one.</summary>
    private void CheckCharges(Action<AuditFault, string, string, string> find)
    {
        if (_charged != _chargeable)
        {
            find(AuditFault.Subsidy, "what subsidised work is charged", $"{_chargeable}", $"{_charged}");
        }

        (_charged, _chargeable) = (0, 0);
    }

    /// <summary>What an escalation's calldata says is charged for it; through a stranger's contract it cannot be read and is believed.</summary>
    private BigInteger ChargeOfEscalation(MinedTransaction transaction, BatchState batch) =>
        transaction.To != _record.Scope.MiningRegistry
        || !Events.Abi("MiningRegistry").Function("escalate").TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> arguments, out _)
        || !TaskSettlementRecord.TryRead(arguments[1].AsBytes().Span, out ImmutableArray<TaskSettlementRecord> settlements, out _)
        || settlements is not [{ } settlement]
            ? _charged - _chargeable
            : settlement.Task.Redeemer == Address.Zero ? 2 * settlement.Task.ComputeUnits * batch.MintRate : 0;

    private void TakeMove(BlockHeader block, AuditLog log, Action<AuditFault, string, string, string> find)
    {
        (Address Account, Hash256 From) key = (log["account"].AsAddress(), log["from"].AsHash256());
        switch (log.Name)
        {
            case "MoveRequested":
                _state.Moves[key] = (log["to"].AsHash256(), log["units"].AsUInt64(), log["completableAt"].AsUInt64());
                break;
            case "MoveCancelled":
                _state.Moves.Remove(key);
                break;
            case "CreditMoved":
                ulong held = _state.Credits.GetValueOrDefault(key);
                Hash256 to = log["to"].AsHash256();
                ulong units = log["units"].AsUInt64();
                if (!_state.Moves.Remove(key, out (Hash256 To, ulong Units, ulong CompletableAt) move)
                    || move.To != to || units != Math.Min(move.Units, held) || block.Timestamp < move.CompletableAt || !_state.Quotes.ContainsKey(to))
                {
                    find(AuditFault.Credit, "credit that moved", $"{Math.Min(move.Units, held)} to {move.To} from {move.CompletableAt}", ExpectedEvent.TextOf(log));
                }

                _state.Credits[key] = held - Math.Min(units, held);
                _state.Credits[(key.Account, to)] = _state.Credits.GetValueOrDefault((key.Account, to)) + units;
                _book.Count("moves of credit", 1);
                break;
        }
    }
}
