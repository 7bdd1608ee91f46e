using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>Where holders take credit that no task has spent to another workload.</summary>
public sealed class CreditMovesContract : Contract
{
    /// <summary>The contract at an address.</summary>
    public CreditMovesContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("CreditMoves").Abi)
    {
    }

    /// <summary>Asks to move credit of the sender, micro-CU.</summary>
    public TransactionRequest RequestMove(Hash256 from, Hash256 to, ulong units) => Transaction(CreditMovesSignatures.RequestMove, from, to, units);

    /// <summary>Takes back what the sender asked for.</summary>
    public TransactionRequest CancelMove(Hash256 from) => Transaction(CreditMovesSignatures.CancelMove, from);

    /// <summary>Moves what an account asked for, once its time has come.</summary>
    public TransactionRequest CompleteMove(Address account, Hash256 from) => Transaction(CreditMovesSignatures.CompleteMove, account, from);

    /// <summary>What an account asked for; null if nothing.</summary>
    public async Task<CreditMoveRecord?> GetMoveOfAsync(Address account, Hash256 from, BlockTag block, CancellationToken cancellation)
    {
        AbiValue move = (await ViewAsync(CreditMovesSignatures.MoveOf, [account, from], block, cancellation).ConfigureAwait(false))[0];
        return move[2].AsUInt64() == 0 ? null : new CreditMoveRecord(move[0].AsHash256(), move[1].AsUInt64(), move[2].AsUInt64());
    }

    /// <summary>Credit of an account on a workload that is not leaving it, micro-CU.</summary>
    public async Task<ulong> GetStayingOfAsync(Address account, Hash256 workloadId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CreditMovesSignatures.StayingOf, [account, workloadId], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>Seconds from a request to its completion.</summary>
    public async Task<ulong> GetDelayAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CreditMovesSignatures.Delay, [], block, cancellation).ConfigureAwait(false))[0].AsUInt64();
}
