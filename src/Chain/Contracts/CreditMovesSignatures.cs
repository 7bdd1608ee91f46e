namespace Ait.Chain.Contracts;

/// <summary>What the typed credit moves rely on; compared with the checked-in ABI by a test.</summary>
internal static class CreditMovesSignatures
{
    public const string RequestMove = "requestMove(bytes32,bytes32,uint64)";
    public const string CancelMove = "cancelMove(bytes32)";
    public const string CompleteMove = "completeMove(address,bytes32)";
    public const string MoveOf = "moveOf(address,bytes32)";
    public const string StayingOf = "stayingOf(address,bytes32)";
    public const string Delay = "delay()";

    public const string MoveRequestedEvent = "MoveRequested(address,bytes32,bytes32,uint64,uint64)";
    public const string MoveCancelledEvent = "MoveCancelled(address,bytes32)";
    public const string CreditMovedEvent = "CreditMoved(address,bytes32,bytes32,uint64)";
}
