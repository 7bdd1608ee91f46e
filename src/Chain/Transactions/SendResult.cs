using Ait.Chain.Rpc;

namespace Ait.Chain.Transactions;

/// <summary>What became of a transaction.</summary>
public abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>It was mined and succeeded.</summary>
    /// <param name="Receipt">Its receipt.</param>
    public sealed record Mined(TransactionReceipt Receipt) : SendResult;

    /// <summary>It was mined and reverted; its fee is spent.</summary>
    /// <param name="Receipt">Its receipt.</param>
    /// <param name="Reason">The revert of the same call, replayed at its block; null if the replay did not revert.</param>
    public sealed record Reverted(TransactionReceipt Receipt, CallResult.Reverted? Reason) : SendResult;

    /// <summary>The simulation before sending reverted: nothing was sent, nothing was spent.</summary>
    /// <param name="Reason">The revert.</param>
    public sealed record WouldRevert(CallResult.Reverted Reason) : SendResult;

    /// <summary>The node refused the transaction, for instance for lack of funds: nothing was sent, nothing was spent.</summary>
    /// <param name="Message">The node's words.</param>
    public sealed record Rejected(string Message) : SendResult;

    /// <summary>It was not mined within the deadline and may still be; sending again under the same key goes on with this transaction.</summary>
    /// <param name="TransactionHash">The transaction last broadcast.</param>
    public sealed record NotMined(Hash256 TransactionHash) : SendResult;
}
